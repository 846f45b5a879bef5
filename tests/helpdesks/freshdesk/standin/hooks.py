"""Automation rules that call webhooks: events, conditions, placeholders and custom headers."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.freshdesk.standin import errors
from tests.helpdesks.freshdesk.standin.paging import page_of
from tests.helpdesks.freshdesk.standin.state import Account, Change, Json
from tests.helpdesks.freshdesk.standin.tickets import Caller, Held, Sent

router = APIRouter()
CREATED, UPDATED = 1, 4
"""Kinds of automation rules: those that run on ticket creation, and on ticket updates."""
SECRET = "X-Deskloop-Secret"
_PERFORMERS = {1: ("agent",), 2: ("requester",), 3: ("agent", "requester"), 4: ("system",)}
_ANY = "--"


@router.get("/automations/{kind}/rules")
def rules(
    kind: int, request: Request, response: Response, account: Held, caller: Caller
) -> list[Json]:
    _admins_only(account, caller)
    return page_of(request, response, account.rules[kind])


@router.post("/automations/{kind}/rules", status_code=201)
def create_rule(kind: int, body: Sent, account: Held, caller: Caller) -> Json:
    _admins_only(account, caller)
    with account.lock:
        return add_rule(account, kind, **body)


def _admins_only(account: Account, caller: Json) -> None:
    if caller["id"] not in account.admins:
        raise errors.access_denied()


def add_rule(account: Account, kind: int, name: str, actions: list[Json], **more: Any) -> Json:
    """Create a rule; its parts are those of Freshdesk's automations API."""
    if kind == UPDATED and not (more.get("performer") and more.get("events")):
        raise errors.invalid("events", "It should not be blank", "missing_field")
    now = account.now()
    rule = {
        "id": account.new_id(),
        "name": name,
        "position": len(account.rules[kind]) + 1,
        "active": more.get("active", True),
        "performer": more.get("performer"),
        "events": more.get("events", []),
        "conditions": more.get("conditions", []),
        "actions": actions,
        "summary": {},
        "last_updated_by": 1,
        "affected_tickets_count": 0,
        "created_at": now,
        "updated_at": now,
    }
    account.rules[kind].append(rule)
    return rule


def meets(kind: int, rule: Json, change: Change) -> bool:
    """Whether a rule runs because of a change."""
    if not rule["active"] or (change.before is None) is not (kind == CREATED):
        return False
    if kind == UPDATED and change.performer not in _PERFORMERS[rule["performer"]["type"]]:
        return False
    happened = kind == CREATED or any(_happened(event, change) for event in rule["events"])
    return happened and all(_holds(conditions, change) for conditions in rule["conditions"])


def _happened(event: Json, change: Change) -> bool:
    name = event["field_name"]
    if name in ("reply_sent", "customer_feedback"):
        return change.event == name
    if name == "note_type":
        return change.event == "note"
    now, then = change.ticket[name], (change.before or {}).get(name)
    moved = event.get("from", _ANY) in (_ANY, then) and event.get("to", _ANY) in (_ANY, now)
    return now != then and moved


def _holds(conditions: Json, change: Change) -> bool:
    found = [_fits(p, change.ticket) for p in conditions["properties"]]
    return all(found) if conditions["match_type"] == "all" else any(found)


def _fits(wanted: Json, ticket: Json) -> bool:
    there = ticket[wanted["field_name"]]
    is_one: bool = there in wanted["value"]
    return is_one is (wanted["operator"] == "in")


def filled(content: Any, ticket: Json) -> str:
    """Fill placeholders into a webhook's content."""
    values = {"ticket.id": ticket["id"], "ticket.subject": ticket["subject"]}
    text = json.dumps(content, ensure_ascii=False)
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", json.dumps(str(value), ensure_ascii=False)[1:-1])
    return text


@dataclass
class Report(Delivery):
    """A rule's body on its way to one webhook.

    Freshdesk tries again after 5, 30 and 60 minutes; here a test does, by sending it again.
    """

    action: Json
    timeout_seconds = 15.0

    @property
    def endpoint(self) -> str:
        return str(self.action["url"])

    def headers(self) -> dict[str, str]:
        kind = {"Content-Type": "application/json", "User-Agent": "Freshdesk"}
        return kind | dict(self.action.get("custom_headers", {}))

    def forged(self) -> dict[str, dict[str, str]]:
        good = self.headers()
        without = {k: v for k, v in good.items() if k != SECRET}
        return {
            "bad": {**good, SECRET: good[SECRET][:-1] + "x"},
            "empty": {**good, SECRET: ""},
            "missing": without,
            "another header": {**without, "X-S": good[SECRET]},
        }

    def with_body(self, body: bytes) -> "Report":
        return Report(body, self.action)


def due(account: Account, change: Change) -> list[Delivery]:
    """Return what the rules send because of a change."""
    return [
        Report(filled(action["content"], change.ticket).encode(), action)
        for kind in (CREATED, UPDATED)
        for rule in account.rules[kind]
        if meets(kind, rule, change)
        for action in rule["actions"]
        if action["field_name"] == "trigger_webhook"
    ]
