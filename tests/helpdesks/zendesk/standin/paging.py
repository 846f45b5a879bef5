"""Lists in pages: by offset (`page`, `per_page`) and by cursor (`page[size]`, `page[after]`)."""

import base64
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from tests.helpdesks.zendesk.standin.errors import Refused
from tests.helpdesks.zendesk.standin.state import HOST, Json

LARGEST_PAGE = 100


def page_of(request: Request, name: str, rows: list[Json]) -> Json:
    """Return one page of `rows` under `name`, with the links to the others."""
    if any(key.startswith("page[") for key in request.query_params):
        return _by_cursor(request, name, rows)
    return _by_offset(request, name, rows)


def _by_offset(request: Request, name: str, rows: list[Json]) -> Json:
    page = _number(request, "page", 1)
    size = min(LARGEST_PAGE, _number(request, "per_page", LARGEST_PAGE))
    end = page * size
    return {
        name: rows[end - size : end],
        "count": len(rows),
        "next_page": _link(request, page=page + 1) if end < len(rows) else None,
        "previous_page": _link(request, page=page - 1) if page > 1 else None,
    }


def _by_cursor(request: Request, name: str, rows: list[Json]) -> Json:
    size = min(LARGEST_PAGE, _number(request, "page[size]", LARGEST_PAGE))
    start = _place(request.query_params.get("page[after]", ""))
    end = start + size
    more = end < len(rows)
    after = base64.b64encode(f"o:{end}".encode()).decode() if more else None
    return {
        name: rows[start:end],
        "meta": {"has_more": more, "after_cursor": after, "before_cursor": None},
        "links": {
            "next": _link(request, **{"page[after]": after}) if more else None,
            "prev": None,
        },
    }


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit() or int(text) < 1:
        raise Refused(400, {"error": "InvalidPaginationParameter", "description": name})
    return int(text)


def _place(cursor: str) -> int:
    if not cursor:
        return 0
    return int(base64.b64decode(cursor).decode().removeprefix("o:"))


def _link(request: Request, **changes: Any) -> str:
    query = {**request.query_params, **changes}
    return f"https://{HOST}{request.url.path}?{urlencode(query)}"
