"""Calls on admins, teams, tags, contacts and conversations."""

import copy
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request

from tests.helpdesks.intercom.standin import errors
from tests.helpdesks.intercom.standin.state import APP_ID, Account, Json
from tests.helpdesks.intercom.standin.text import as_plain_text

router = APIRouter()
LARGEST_PAGE = 150
MOST_PARTS = 500


def the_account(request: Request) -> Account:
    account: Account = request.app.state.account
    return account


Held = Annotated[Account, Depends(the_account)]
Sent = Annotated[dict[str, Any], Body()]


@router.get("/me")
def me(request: Request) -> Json:
    app = {"type": "app", "id_code": APP_ID, "name": "Acme", "region": "US", "timezone": "UTC"}
    app |= {"created_at": 1_700_000_000, "identity_verification": False}
    admin = request.app.state.owner
    return {**admin, "email_verified": True, "app": app}


@router.get("/admins")
def admins(account: Held) -> Json:
    return {"type": "admin.list", "admins": list(account.admins.values())}


@router.get("/admins/{id_}")
def admin(id_: str, account: Held) -> Json:
    return account.admin(id_)


@router.get("/teams")
def teams(account: Held) -> Json:
    return {"type": "team.list", "teams": list(account.teams.values())}


@router.get("/tags")
def tags(account: Held) -> Json:
    return {"type": "list", "data": list(account.tags.values())}


@router.post("/tags")
def create_tag(body: Sent, account: Held) -> Json:
    """Names are unique, whatever their case: the same name again gives the same tag."""
    with account.lock:
        name = body["name"].strip()
        found = (t for t in account.tags.values() if t["name"].lower() == name.lower())
        tag = next(found, None) or {"type": "tag", "id": account.new_id(), "name": name}
        account.tags[tag["id"]] = tag
        return tag


@router.get("/contacts/{id_}")
def contact(id_: str, account: Held) -> Json:
    if id_ not in account.contacts:
        raise errors.not_found("User")
    return account.contacts[id_]


@router.post("/conversations/search")
def search(body: Sent, account: Held) -> Json:
    with account.lock:
        rows = [c for c in account.conversations.values() if _fits(c, body["query"])]
    rows.sort(key=lambda c: int(c["updated_at"]), reverse=True)
    return _page(rows, body.get("pagination") or {})


@router.get("/conversations/{id_}")
def conversation(id_: str, request: Request, account: Held) -> Json:
    plain = request.query_params.get("display_as") == "plaintext"
    with account.lock:
        return _shown(account.conversation(id_), plain=plain)


@router.post("/conversations/{id_}/reply")
def reply(id_: str, body: Sent, account: Held) -> Json:
    if not (body.get("body") or "").strip():
        raise errors.invalid("body is required")
    with account.lock:
        author = account.admin(body["admin_id"])
        part = account.reply(id_, author, body["message_type"], body["body"])
        return _shown(account.conversation(id_), [part])


@router.post("/conversations/{id_}/parts")
def manage(id_: str, body: Sent, account: Held) -> Json:
    with account.lock:
        part = account.manage(id_, account.admin(body["admin_id"]), body)
        return _shown(account.conversation(id_), [part])


@router.post("/conversations/{id_}/tags")
def attach_tag(id_: str, body: Sent, account: Held) -> Json:
    with account.lock:
        return account.tag(id_, body["id"], account.admin(body["admin_id"]))


def _shown(found: Json, parts: list[Json] | None = None, *, plain: bool = False) -> Json:
    """Return a conversation with its newest 500 parts, or only with those that a call added."""
    shown = copy.deepcopy(found)
    held = shown["conversation_parts"]
    held["conversation_parts"] = copy.deepcopy(
        held["conversation_parts"][-MOST_PARTS:] if parts is None else parts
    )
    if plain:
        for said in (shown["source"], *held["conversation_parts"]):
            if isinstance(said["body"], str):
                said["body"] = as_plain_text(said["body"])
    return shown


_OPERATORS = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}
_DATES = ("created_at", "updated_at", "waiting_since")


def _fits(found: Json, query: Json) -> bool:
    """Only what we ask: `open`, `state` and dates; dates know no `>=`."""
    if query["operator"] in ("AND", "OR"):
        parts = [_fits(found, part) for part in query["value"]]
        return all(parts) if query["operator"] == "AND" else any(parts)
    name, operator, value = query["field"], query["operator"], query["value"]
    if operator not in _OPERATORS or (name in _DATES and operator == "!="):
        raise errors.invalid(f"Operator {operator} is not supported for {name}")
    if name not in ("open", "state", *_DATES):
        raise errors.invalid(f"Field {name} is not searchable")
    there = found[name]
    return there is not None and bool(_OPERATORS[operator](there, value))


def _page(rows: list[Json], pagination: Json) -> Json:
    size = min(LARGEST_PAGE, pagination.get("per_page", 20))
    start = int(pagination.get("starting_after") or 0)
    end, shown = start + size, []
    for row in rows[start:end]:
        shown.append({key: value for key, value in row.items() if key != "conversation_parts"})
    pages = {
        "type": "pages",
        "page": start // size + 1,
        "per_page": size,
        "total_pages": -(-len(rows) // size) or 1,
    }
    if end < len(rows):
        pages["next"] = {"per_page": size, "starting_after": str(end)}
    return {
        "type": "conversation.list",
        "conversations": shown,
        "total_count": len(rows),
        "pages": pages,
    }
