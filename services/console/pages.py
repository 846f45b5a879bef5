"""Render templates: everything escaped, words and numbers the same on every page."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.console import charts, words
from services.console.sessions import csrf_token

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


class Pages:
    """The templates, with what all of them need."""

    def __init__(self, ticket_links: dict[str, str]) -> None:
        self._links = ticket_links
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= _filters()
        self._environment.globals |= {
            "words": words,
            "charts": charts,
            "asset": asset,
            "helpdesk_link": self.helpdesk_link,
        }

    def render(
        self, request: Request, template: str, *, status: int = 200, **context: Any
    ) -> HTMLResponse:
        """Return a page; `said` in the address names what was just done."""
        text = self._environment.get_template(template).render(
            path=request.url.path,
            user=getattr(request.state, "user", None),
            csrf=csrf_token(request),
            said=words.SAID.get(request.query_params.get("said", "")),
            **context,
        )
        return HTMLResponse(text, status)

    def helpdesk_link(self, ticket_id: str) -> str | None:
        """Return where the helpdesk shows a ticket; None where that is not set."""
        source, _, external = ticket_id.partition(":")
        template = self._links.get(source)
        if not template or urlsplit(template).scheme not in ("http", "https"):
            return None
        return template.replace("{id}", quote(external, safe=""))


def _filters() -> dict[str, Any]:
    return {
        "percent": words.percent,
        "interval": words.interval,
        "unbroken": words.unbroken,
        "plain": words.plain,
        "duration": words.duration,
        "ago": words.ago,
        "waited": words.waited,
        "who": words.who,
        "moment": words.moment,
        "money": words.money,
        "language": words.language,
        "path_part": lambda text: quote(str(text), safe=""),
        "web_link": web_link,
    }


def web_link(url: str) -> str | None:
    """Return an address only where it is one of the web: never `javascript:`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


@cache
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content, so browsers may keep it."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
