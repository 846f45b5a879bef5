"""Calls on agents, contacts and groups."""

from fastapi import APIRouter, Request, Response

from tests.helpdesks.freshdesk.standin import errors
from tests.helpdesks.freshdesk.standin.paging import page_of
from tests.helpdesks.freshdesk.standin.state import Json
from tests.helpdesks.freshdesk.standin.tickets import Caller, Held, Sent

router = APIRouter()


@router.get("/agents/me")
def me(caller: Caller) -> Json:
    return caller


@router.get("/agents")
def agents(request: Request, response: Response, account: Held) -> list[Json]:
    wanted = request.query_params.get("email")
    rows = [a for a in account.agents.values() if wanted in (None, a["contact"]["email"])]
    return page_of(request, response, rows)


@router.get("/agents/{id_}")
def agent(id_: int, account: Held) -> Json:
    if id_ not in account.agents:
        raise errors.not_found()
    return account.agents[id_]


@router.get("/contacts")
def contacts(request: Request, response: Response, account: Held) -> list[Json]:
    wanted = request.query_params.get("email")
    rows = [c for c in account.contacts.values() if wanted in (None, c["email"])]
    return page_of(request, response, rows)


@router.post("/contacts", status_code=201)
def create_contact(body: Sent, account: Held) -> Json:
    with account.lock:
        if body.get("email") and account.contact_of(body["email"]):
            words = "It should be a unique value"
            raise errors.invalid("email", words, "duplicate_value", status=409)
        return account.add_contact(body["name"], body.get("email"))


@router.get("/contacts/{id_}")
def contact(id_: int, account: Held) -> Json:
    if id_ not in account.contacts:
        raise errors.not_found()
    return account.contacts[id_]


@router.get("/groups")
def groups(request: Request, response: Response, account: Held) -> list[Json]:
    return page_of(request, response, list(account.groups.values()))


@router.get("/groups/{id_}")
def group(id_: int, account: Held) -> Json:
    if id_ not in account.groups:
        raise errors.not_found()
    return account.groups[id_]
