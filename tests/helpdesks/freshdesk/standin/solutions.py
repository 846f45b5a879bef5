"""Calls of the knowledge base: categories, folders and articles, each in several languages."""

from typing import Any

from fastapi import APIRouter, Request, Response

from tests.helpdesks.freshdesk.standin import errors
from tests.helpdesks.freshdesk.standin.paging import page_of
from tests.helpdesks.freshdesk.standin.shapes import text_of
from tests.helpdesks.freshdesk.standin.state import Account, Json
from tests.helpdesks.freshdesk.standin.tickets import Held, Sent

router = APIRouter()
DRAFT, PUBLISHED = 1, 2
EVERYBODY, LOGGED_IN, AGENTS = 1, 2, 3
PRIMARY, SUPPORTED = "en", ["de"]


def add_category(account: Account, name: str) -> Json:
    id_, now = account.new_id(), account.now()
    row = {"id": id_, "name": name, "description": None, "visible_in_portals": [1]}
    account.categories[id_] = row | {"created_at": now, "updated_at": now}
    return account.categories[id_]


def add_folder(account: Account, category: int, name: str, visibility: int = EVERYBODY) -> Json:
    id_, now = account.new_id(), account.now()
    row = {"id": id_, "name": name, "description": None, "visibility": visibility}
    row |= {"articles_count": 0, "sub_folders_count": 0, "parent_folder_id": None}
    account.folders[id_] = row | {"category_id": category, "created_at": now, "updated_at": now}
    return account.folders[id_]


def add_article(
    account: Account, folder: int, title: str, body: str, status: int = PUBLISHED
) -> Json:
    id_ = account.new_id()
    category = account.folders[folder]["category_id"]
    place = {"id": id_, "folder_id": folder, "category_id": category, "type": 1}
    account.articles[id_] = place | _words(account, title, body, status)
    return account.articles[id_]


def translate(
    account: Account, article: int, language: str, title: str, body: str, status: int = PUBLISHED
) -> Json:
    """Add an article in another language; it keeps its number."""
    shown = account.articles[article] | _words(account, title, body, status)
    account.translations["articles", article, language] = shown
    return shown


def _words(account: Account, title: str, body: str, status: int) -> Json:
    now = account.now()
    return {
        "title": title,
        "description": body,
        "description_text": text_of(body),
        "status": status,
        "agent_id": 1,
        "tags": [],
        "seo_data": {},
        "hits": 0,
        "thumbs_up": 0,
        "thumbs_down": 0,
        "attachments": [],
        "created_at": now,
        "updated_at": now,
    }


@router.get("/settings/helpdesk")
def languages() -> Json:
    return {"primary_language": PRIMARY, "supported_languages": SUPPORTED, "portal_languages": []}


@router.get("/solutions/categories")
def categories(request: Request, response: Response, account: Held) -> list[Json]:
    return page_of(request, response, list(account.categories.values()))


@router.post("/solutions/categories", status_code=201)
def create_category(body: Sent, account: Held) -> Json:
    with account.lock:
        return add_category(account, body["name"])


@router.get("/solutions/categories/{id_}/folders")
def folders(id_: int, request: Request, response: Response, account: Held) -> list[Json]:
    _there(account.categories, id_)
    rows = [f for f in account.folders.values() if f["category_id"] == id_]
    return page_of(request, response, rows)


@router.post("/solutions/categories/{id_}/folders", status_code=201)
def create_folder(id_: int, body: Sent, account: Held) -> Json:
    _there(account.categories, id_)
    with account.lock:
        return add_folder(account, id_, body["name"], body.get("visibility", EVERYBODY))


@router.get("/solutions/folders/{id_}/articles")
def articles(id_: int, request: Request, response: Response, account: Held) -> list[Json]:
    _there(account.folders, id_)
    rows = [a for a in account.articles.values() if a["folder_id"] == id_]
    return page_of(request, response, rows)


@router.get("/solutions/folders/{id_}/articles/{language}")
def articles_in(
    id_: int, language: str, request: Request, response: Response, account: Held
) -> list[Json]:
    _there(account.folders, id_)
    if language not in SUPPORTED:
        raise errors.not_found()
    rows = [
        shown
        for (_, article, spoken), shown in account.translations.items()
        if spoken == language and account.articles.get(article, {}).get("folder_id") == id_
    ]
    return page_of(request, response, rows)


@router.post("/solutions/folders/{id_}/articles", status_code=201)
def create_article(id_: int, body: Sent, account: Held) -> Json:
    _there(account.folders, id_)
    with account.lock:
        words = body["title"], body["description"], body.get("status", DRAFT)
        return add_article(account, id_, *words)


@router.get("/solutions/articles/{id_}")
def article(id_: int, account: Held) -> Json:
    _there(account.articles, id_)
    return account.articles[id_]


@router.delete("/solutions/articles/{id_}", status_code=204)
def delete_article(id_: int, account: Held) -> Response:
    _there(account.articles, id_)
    del account.articles[id_]
    return Response(status_code=204)


def _there(rows: dict[int, Any], id_: int) -> None:
    if id_ not in rows:
        raise errors.not_found()
