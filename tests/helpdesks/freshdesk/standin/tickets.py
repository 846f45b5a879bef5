"""Calls on tickets, their conversations and their ratings."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response

from tests.helpdesks.freshdesk.standin import errors
from tests.helpdesks.freshdesk.standin.paging import page_of
from tests.helpdesks.freshdesk.standin.state import Account, Json

router = APIRouter()
_HIDDEN_IN_LISTS = ("description", "description_text", "attachments", "ticket_cc_emails")
_INCLUDES = {"requester", "stats", "description", "company", "conversations"}
_DAYS_LISTED = 30


def the_account(request: Request) -> Account:
    account: Account = request.app.state.account
    return account


def the_agent(request: Request) -> Json:
    agent: Json = request.state.agent
    return agent


Held = Annotated[Account, Depends(the_account)]
Caller = Annotated[Json, Depends(the_agent)]
Sent = Annotated[dict[str, Any], Body()]


@router.get("/tickets")
def tickets(request: Request, response: Response, account: Held) -> list[Json]:
    """Only those of the last thirty days, and without their texts, unless asked for."""
    query = request.query_params
    known = {"filter", "updated_since", "order_by", "order_type", "include", "page", "per_page"}
    for name in set(query) - known:
        raise errors.invalid(name, "Unexpected/invalid field in request", "invalid_field")
    order = query.get("order_by", "created_at")
    if order not in ("created_at", "due_by", "updated_at", "status"):
        raise errors.invalid("order_by", "It should be one of these values: 'created_at,…'")
    rows = [t for t in account.tickets.values() if _listed(t, query.get("filter"))]
    since = query.get("updated_since")
    old = (datetime.now(UTC) - timedelta(days=_DAYS_LISTED)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [t for t in rows if (t["updated_at"] >= since if since else t["created_at"] >= old)]
    rows.sort(key=lambda t: (t[order], t["id"]), reverse=query.get("order_type") != "asc")
    include = _included(request)
    page = page_of(request, response, rows)
    return [_shown(account, t, include, in_list=True) for t in page]


def _listed(ticket: Json, wanted: str | None) -> bool:
    if wanted in ("deleted", "spam"):
        return bool(ticket.get(wanted))
    return not ticket.get("deleted") and not ticket["spam"]


@router.post("/tickets", status_code=201)
def create_ticket(body: Sent, account: Held) -> Json:
    with account.lock:
        return account.create(body)


@router.put("/tickets/merge", status_code=204)
def merge(body: Sent, account: Held) -> Response:
    with account.lock:
        account.merge(body["primary_id"], body["ticket_ids"])
    return Response(status_code=204)


@router.get("/tickets/{id_}")
def ticket(id_: int, request: Request, account: Held) -> Json:
    return _shown(account, account.ticket(id_), _included(request), in_list=False)


@router.put("/tickets/{id_}")
def update_ticket(id_: int, body: Sent, account: Held) -> Json:
    with account.lock:
        return account.update(id_, body)


@router.delete("/tickets/{id_}", status_code=204)
def delete_ticket(id_: int, account: Held) -> Response:
    """Into the bin: it can still be read."""
    with account.lock:
        account.alive(id_, "DELETE")["deleted"] = True
    return Response(status_code=204)


@router.get("/tickets/{id_}/conversations")
def conversations(id_: int, request: Request, response: Response, account: Held) -> list[Json]:
    account.ticket(id_)
    return page_of(request, response, account.conversations[id_])


@router.post("/tickets/{id_}/reply", status_code=201)
def reply(id_: int, body: Sent, account: Held, caller: Caller) -> Json:
    with account.lock:
        return account.say(id_, body.get("body", ""), int(body.get("user_id", caller["id"])))


@router.post("/tickets/{id_}/notes", status_code=201)
def note(id_: int, body: Sent, account: Held, caller: Caller) -> Json:
    with account.lock:
        user, private = int(body.get("user_id", caller["id"])), body.get("private", True)
        return account.say(id_, body.get("body", ""), user, private=private)


@router.get("/tickets/{id_}/satisfaction_ratings")
def ratings(id_: int, request: Request, response: Response, account: Held) -> list[Json]:
    account.ticket(id_)
    return page_of(request, response, account.ratings[id_])


@router.get("/search/tickets")
def search(request: Request, account: Held) -> Json:
    """Only terms of status, priority and tag, joined by AND."""
    query = request.query_params.get("query", "")
    if not query.startswith('"') or not query.endswith('"'):
        raise errors.invalid("query", "Query should be enclosed in double quotes")
    terms = query.strip('"').split(" AND ")
    rows = [t for t in account.tickets.values() if all(_fits(t, term) for term in terms)]
    page = int(request.query_params.get("page", 1))
    return {"total": len(rows), "results": rows[(page - 1) * 30 : page * 30]}


def _fits(ticket: Json, term: str) -> bool:
    found = re.fullmatch(r"(status|priority|tag):'?([^']+)'?", term.strip("() "))
    if found is None:
        raise errors.invalid("query", f"Unexpected/invalid term: {term}")
    name, value = found.groups()
    return value in ticket["tags"] if name == "tag" else str(ticket[name]) == value


def _included(request: Request) -> set[str]:
    asked = set(filter(None, request.query_params.get("include", "").split(",")))
    if not asked <= _INCLUDES:
        raise errors.invalid("include", "It should be one of these values: 'conversations,…'")
    return asked


def _shown(account: Account, ticket: Json, include: set[str], *, in_list: bool) -> Json:
    shown = dict(ticket)
    if in_list and "description" not in include:
        shown = {k: v for k, v in shown.items() if k not in _HIDDEN_IN_LISTS}
    if "requester" in include:
        who = account.contacts.get(ticket["requester_id"]) or _as_contact(account, ticket)
        names = ("id", "name", "email", "mobile", "phone")
        shown["requester"] = {name: who[name] for name in names}
    if "stats" in include:
        shown["stats"] = account.stats[ticket["id"]]
    if "conversations" in include:
        shown["conversations"] = account.conversations[ticket["id"]][:10]
    return shown


def _as_contact(account: Account, ticket: Json) -> Json:
    agent = account.agents[ticket["requester_id"]]
    return {"id": agent["id"], **agent["contact"]}
