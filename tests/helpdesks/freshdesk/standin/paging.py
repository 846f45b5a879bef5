"""Lists in pages: `page` and `per_page`; where another follows, the `Link` header leads to it."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from tests.helpdesks.freshdesk.standin.errors import invalid
from tests.helpdesks.freshdesk.standin.state import HOST, Json

DEFAULT_PAGE = 30
LARGEST_PAGE = 100


def page_of(request: Request, response: Response, rows: list[Json]) -> list[Json]:
    """Return one page of `rows`, and set the header that leads to the next."""
    page = _number(request, "page", 1, 1_000_000)
    size = _number(request, "per_page", DEFAULT_PAGE, LARGEST_PAGE)
    end = page * size
    if end < len(rows):
        response.headers["Link"] = f'<{_link(request, page=page + 1)}>; rel="next"'
    return rows[end - size : end]


def _number(request: Request, name: str, default: int, largest: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit() or not 1 <= int(text) <= largest:
        words = f"It should be a Positive Integer less than or equal to {largest}"
        raise invalid(name, words)
    return int(text)


def _link(request: Request, **changes: Any) -> str:
    query = {**request.query_params, **changes}
    return f"https://{HOST}{request.url.path}?{urlencode(query)}"
