"""Calls on users, groups, tickets, comments, ratings and the search."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import JSONResponse

from tests.helpdesks.zendesk.standin import errors
from tests.helpdesks.zendesk.standin.paging import page_of
from tests.helpdesks.zendesk.standin.state import Account, Json, url

router = APIRouter()


def the_account(request: Request) -> Account:
    account: Account = request.app.state.account
    return account


def the_user(request: Request) -> Json:
    user: Json = request.state.user
    return user


Held = Annotated[Account, Depends(the_account)]
Caller = Annotated[Json, Depends(the_user)]
Sent = Annotated[dict[str, Any], Body()]


@router.get("/users/me")
def me(user: Caller) -> Json:
    return {"user": user}


@router.get("/users")
def users(request: Request, account: Held) -> Json:
    return page_of(request, "users", list(account.users.values()))


@router.get("/users/{id_}")
def user(id_: int, account: Held) -> Json:
    if id_ not in account.users:
        raise errors.not_found()
    return {"user": account.users[id_]}


@router.post("/users", status_code=201)
def create_user(body: Sent, account: Held) -> Json:
    wanted = body["user"]
    with account.lock:
        if wanted.get("email") and account.user_of(wanted["email"]):
            raise errors.invalid("email", "Email: is already being used by another user")
        role = wanted.get("role", "end-user")
        return {"user": account.add_user(wanted["name"], wanted.get("email"), role)}


@router.get("/groups")
def groups(request: Request, account: Held) -> Json:
    return page_of(request, "groups", list(account.groups.values()))


@router.get("/groups/{id_}")
def group(id_: int, account: Held) -> Json:
    if id_ not in account.groups:
        raise errors.not_found()
    return {"group": account.groups[id_]}


@router.get("/ticket_fields")
def ticket_fields(request: Request) -> Json:
    field = {"id": 1, "type": "subject", "title": "Subject", "active": True, "required": True}
    return page_of(request, "ticket_fields", [field])


@router.get("/tickets")
def tickets(request: Request, account: Held) -> Json:
    return page_of(request, "tickets", list(account.tickets.values()))


@router.post("/tickets", status_code=201)
def create_ticket(body: Sent, account: Held, caller: Caller) -> Json:
    with account.lock:
        ticket = account.create(body["ticket"], caller)
        return {"ticket": ticket, "audit": _audit(account, ticket, account.comments[ticket["id"]])}


@router.get("/tickets/{id_}")
def ticket(id_: int, request: Request, account: Held) -> Json:
    found = account.ticket(id_)
    people = [found["requester_id"], found["submitter_id"], found["assignee_id"]]
    return {"ticket": found, **_sideloads(request, account, people)}


@router.put("/tickets/{id_}")
def update_ticket(id_: int, body: Sent, account: Held, caller: Caller) -> Json:
    with account.lock:
        said = account.update(id_, body["ticket"], caller)
        ticket = account.ticket(id_)
        return {"ticket": ticket, "audit": _audit(account, ticket, [said] if said else [])}


@router.delete("/tickets/{id_}", status_code=204)
def delete_ticket(id_: int, account: Held) -> JSONResponse:
    with account.lock:
        account.ticket(id_)
        del account.tickets[id_]
    return JSONResponse(None, 204)


@router.get("/tickets/{id_}/comments")
def comments(id_: int, request: Request, account: Held) -> Json:
    account.ticket(id_)
    rows = list(account.comments[id_])
    order = request.query_params.get("sort_order") or request.query_params.get("sort", "")
    if order == "desc" or order.startswith("-"):
        rows.reverse()
    page = page_of(request, "comments", rows)
    return page | _sideloads(request, account, [row["author_id"] for row in page["comments"]])


@router.put("/tickets/{id_}/tags")
@router.post("/tickets/{id_}/tags")
def tags(id_: int, request: Request, body: Sent, account: Held, caller: Caller) -> Json:
    """PUT adds, POST sets."""
    with account.lock:
        there = account.ticket(id_)["tags"] if request.method == "PUT" else []
        account.update(id_, {"tags": [*there, *body["tags"]]}, caller)
        return {"tags": account.ticket(id_)["tags"]}


@router.post("/tickets/{id_}/merge")
def merge(id_: int, body: Sent, account: Held, caller: Caller) -> Json:
    with account.lock:
        account.merge(id_, body["ids"], caller)
    status = {"id": "8b726e606741012ffc2d782bcb7848fe", "status": "completed", "results": []}
    return {"job_status": status | {"url": url("job_statuses/8b726e606741012ffc2d782bcb7848fe")}}


@router.get("/satisfaction_ratings")
def ratings(request: Request, account: Held) -> Json:
    wanted = request.query_params.get("score")
    rows = [r for r in account.ratings.values() if wanted in (None, r["score"])]
    return page_of(request, "satisfaction_ratings", rows)


@router.get("/search")
def search(request: Request, account: Held) -> Json:
    """Only what we ask: `type:ticket`, `status`, `created`, `updated` and `tags`."""
    terms = request.query_params.get("query", "").split()
    rows = [t for t in account.tickets.values() if all(_fits(t, term) for term in terms)]
    descending = request.query_params.get("sort_order", "desc") == "desc"
    rows.sort(key=lambda t: str(t["updated_at"]), reverse=descending)
    return page_of(request, "results", [{**t, "result_type": "ticket"} for t in rows])


_ORDER = {"new": 0, "open": 1, "pending": 2, "hold": 3, "solved": 4, "closed": 5}


def _fits(ticket: Json, term: str) -> bool:
    sign = next((s for s in ("<", ">", ":") if s in term), None)
    if sign is None:
        raise errors.Refused(422, {"error": "invalid", "description": f"Invalid search: {term}"})
    negated = term.startswith("-")
    name, value = term.removeprefix("-").split(sign, 1)
    if name == "type":
        return value == "ticket"
    if name == "tags":
        return (value in ticket["tags"]) is not negated
    there: Any = ticket["status"] if name == "status" else ticket[f"{name}_at"]
    if name == "status":
        there, value = _ORDER[there], _ORDER[value]  # type: ignore[assignment]
    return {"<": there < value, ">": there > value, ":": there == value}[sign]


def _sideloads(request: Request, account: Account, ids: list[int | None]) -> Json:
    if "users" not in request.query_params.get("include", "").split(","):
        return {}
    wanted = dict.fromkeys(id_ for id_ in ids if id_ is not None)
    return {"users": [account.users[id_] for id_ in wanted if id_ in account.users]}


def _audit(account: Account, ticket: Json, said: list[Json]) -> Json:
    events = [{**comment, "type": "Comment"} for comment in said]
    id_ = said[0]["audit_id"] if said else account.new_id()
    head = {"id": id_, "ticket_id": ticket["id"], "created_at": ticket["updated_at"]}
    return head | {"events": events}
