"""Calls of the help centre: articles in pages, by locale and by what changed since."""

from datetime import datetime

from fastapi import APIRouter, Request

from tests.helpdesks.zendesk.standin import errors
from tests.helpdesks.zendesk.standin.paging import page_of
from tests.helpdesks.zendesk.standin.state import HOST, Account, Json
from tests.helpdesks.zendesk.standin.tickets import Held

router = APIRouter(prefix="/help_center")


def add_article(
    account: Account, title: str, body: str, locale: str = "en-us", draft: bool = False
) -> Json:
    """Publish an article of the help centre."""
    now, id_ = account.tick(), account.new_id()
    account.articles[id_] = {
        "id": id_,
        "url": f"https://{HOST}/api/v2/help_center/{locale}/articles/{id_}.json",
        "html_url": f"https://{HOST}/hc/{locale}/articles/{id_}",
        "title": title,
        "name": title,
        "body": body,
        "locale": locale,
        "source_locale": locale,
        "draft": draft,
        "outdated": False,
        "promoted": False,
        "position": 0,
        "section_id": 1,
        "label_names": [],
        "user_segment_id": None,
        "created_at": now,
        "updated_at": now,
        "edited_at": now,
    }
    return account.articles[id_]


@router.get("/locales")
def locales(account: Held) -> Json:
    spoken = {article["locale"] for article in account.articles.values()}
    return {"locales": sorted(spoken | {"en-us"}), "default_locale": "en-us"}


@router.get("/articles")
def articles(request: Request, account: Held) -> Json:
    return page_of(request, "articles", list(account.articles.values()))


@router.get("/{locale}/articles")
def articles_of(locale: str, request: Request, account: Held) -> Json:
    rows = [a for a in account.articles.values() if a["locale"] == locale]
    return page_of(request, "articles", rows)


@router.get("/incremental/articles")
def changed(request: Request, account: Held) -> Json:
    since = int(request.query_params["start_time"])
    rows = [a for a in account.articles.values() if _epoch(a["updated_at"]) >= since]
    return {
        "articles": rows,
        "count": len(rows),
        "next_page": None,
        "end_time": max((_epoch(a["updated_at"]) for a in rows), default=since),
    }


@router.get("/articles/{id_}")
def article(id_: int, account: Held) -> Json:
    if id_ not in account.articles:
        raise errors.not_found()
    return {"article": account.articles[id_]}


def _epoch(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())
