"""Calls of the help centre: articles page by page, as the `pages` of an answer say."""

from typing import Any

from fastapi import APIRouter, Request

from tests.helpdesks.intercom.standin import errors
from tests.helpdesks.intercom.standin.conversations import Held
from tests.helpdesks.intercom.standin.state import APP_ID, Account, Json

router = APIRouter()
SMALLEST, DEFAULT, LARGEST = 1, 25, 150


def add_article(
    account: Account, title: str, body: str | None, state: str = "published", **more: Any
) -> Json:
    """Write an article of the help centre."""
    now, id_ = account.tick(), str(9_000_000 + len(account.articles) + 1)
    published = state == "published"
    account.articles[id_] = {
        "type": "article",
        "id": id_,
        "workspace_id": APP_ID,
        "title": title,
        "description": "",
        "body": body,
        "author_id": 5_000_002,
        "state": state,
        "created_at": now,
        "updated_at": now,
        "url": f"https://help.acme.example/en/articles/{id_}" if published else None,
        "parent_id": None,
        "parent_ids": [],
        "parent_type": None,
        "default_locale": "en",
        "translated_content": None,
        **more,
    }
    return account.articles[id_]


@router.get("/articles")
def articles(request: Request, account: Held) -> Json:
    page, size = _number(request, "page", 1), _number(request, "per_page", DEFAULT)
    size = min(size, LARGEST)
    rows = list(account.articles.values())
    last = max(1, -(-len(rows) // size))
    pages: Json = {"type": "pages", "page": page, "per_page": size, "total_pages": last}
    return {
        "type": "list",
        "data": rows[(page - 1) * size : page * size],
        "total_count": len(rows),
        "pages": pages,
    }


@router.get("/articles/{id_}")
def article(id_: str, account: Held) -> Json:
    if id_ not in account.articles:
        raise errors.not_found("Resource")
    return account.articles[id_]


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdigit() or int(text) < SMALLEST:
        raise errors.invalid(f"{name} is not a number over 0")
    return int(text)
