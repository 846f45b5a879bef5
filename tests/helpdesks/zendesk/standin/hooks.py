"""Webhooks and the triggers that fire them: conditions, placeholders, signature, retries."""

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import APIRouter, Request

from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.zendesk.standin import errors
from tests.helpdesks.zendesk.standin.paging import page_of
from tests.helpdesks.zendesk.standin.state import Account, Change, Json, url
from tests.helpdesks.zendesk.standin.tickets import Held, Sent

router = APIRouter()
SIGNATURE, STAMP = "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"
_TRIES = {409: 3, 429: 3, 503: 3}
_LONGEST_WAIT = 60


@router.get("/webhooks")
def webhooks(request: Request, account: Held) -> Json:
    return page_of(request, "webhooks", [_shown(w) for w in account.webhooks.values()])


@router.post("/webhooks", status_code=201)
def create_webhook(body: Sent, account: Held) -> Json:
    with account.lock:
        return {"webhook": _shown(add_webhook(account, **body["webhook"]))}


@router.get("/webhooks/{id_}/signing_secret")
def signing_secret(id_: str, account: Held) -> Json:
    if id_ not in account.webhooks:
        raise errors.not_found()
    secret = account.webhooks[id_]["secret"]
    return {"signing_secret": {"algorithm": "SHA256", "secret": secret}}


@router.get("/triggers")
def triggers(request: Request, account: Held) -> Json:
    return page_of(request, "triggers", list(account.triggers.values()))


@router.post("/triggers", status_code=201)
def create_trigger(body: Sent, account: Held) -> Json:
    with account.lock:
        return {"trigger": add_trigger(account, **body["trigger"])}


def add_webhook(account: Account, name: str, endpoint: str, **more: Any) -> Json:
    """Create a webhook that triggers may call; its secret is Zendesk's own choice."""
    number = account.new_id()
    id_ = f"01{number}"
    secret = base64.b64encode(hashlib.sha256(id_.encode()).digest()).decode()
    account.webhooks[id_] = {
        "id": id_,
        "name": name,
        "status": more.get("status", "active"),
        "endpoint": endpoint,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": more.get("subscriptions", ["conditional_ticket_events"]),
        "created_at": account.tick(),
        "secret": secret,
    }
    return account.webhooks[id_]


def _shown(webhook: Json) -> Json:
    return {key: value for key, value in webhook.items() if key != "secret"}


def add_trigger(account: Account, title: str, conditions: Json, actions: list[Json]) -> Json:
    """Create a trigger; its conditions are those of Zendesk's conditions reference."""
    id_, now = account.new_id(), account.tick()
    account.triggers[id_] = {
        "id": id_,
        "url": url(f"triggers/{id_}"),
        "title": title,
        "active": True,
        "conditions": {"all": conditions.get("all", []), "any": conditions.get("any", [])},
        "actions": actions,
        "created_at": now,
        "updated_at": now,
    }
    return account.triggers[id_]


def meets(trigger: Json, change: Change) -> bool:
    """Whether a change of a ticket meets the conditions of a trigger."""
    wanted = trigger["conditions"]
    some = [_meets(c, change) for c in wanted["any"]] or [True]
    return trigger["active"] and all(_meets(c, change) for c in wanted["all"]) and any(some)


def _meets(condition: Json, change: Change) -> bool:
    name, operator, value = condition["field"], condition["operator"], condition.get("value")
    before = change.before or {}
    if name == "update_type":
        return (value == "Create") is (change.before is None)
    if name == "comment_is_public":
        said = change.comment
        return said is not None and (not said["public"] if value == "false" else said["public"])
    if name == "role":
        is_customer = change.actor["role"] == "end-user"
        return is_customer is (value == "end_user")
    if name == "current_user_id":
        return (str(change.actor["id"]) == str(value)) is (operator == "is")
    now, then = _field(name, change.ticket), _field(name, before)
    return {
        "is": now == value,
        "is_not": now != value,
        "changed": now != then,
        "value": now != then and now == value,
        "value_previous": now != then and then == value,
    }[operator]


def _field(name: str, ticket: Json) -> Any:
    if name == "satisfaction_score":
        return (ticket.get("satisfaction_rating") or {}).get("score", "unoffered")
    return ticket.get(name)


def filled(template: str, change: Change) -> str:
    """Fill a trigger's body in; Zendesk does not escape what it puts in."""
    ticket = change.ticket
    values = {
        "ticket.id": ticket["id"],
        "ticket.status": str(ticket["status"]).capitalize(),
        "ticket.updated_at_with_timestamp": ticket["updated_at"],
        "ticket.title": ticket["subject"],
    }
    for name, value in values.items():
        template = template.replace("{{" + name + "}}", str(value))
    return template


def signature(secret: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


@dataclass
class Report(Delivery):
    """A trigger's body on its way to one webhook; Zendesk tries again where it is asked to."""

    webhook: Json

    @property
    def endpoint(self) -> str:
        return str(self.webhook["endpoint"])

    def headers(self) -> dict[str, str]:
        timestamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zendesk Webhook",
            "X-Zendesk-Account-Id": "123456",
            "X-Zendesk-Webhook-Id": self.webhook["id"],
            "X-Zendesk-Webhook-Invocation-Id": f"01{time.monotonic_ns()}",
            SIGNATURE: signature(self.webhook["secret"], timestamp, self.body),
            STAMP: timestamp,
        }

    def forged(self) -> dict[str, dict[str, str]]:
        good = self.headers()
        old = (datetime.now(UTC) - timedelta(minutes=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
        stale = signature(self.webhook["secret"], old, self.body)
        other = signature(self.webhook["secret"], good[STAMP], self.body + b" ")
        return {
            "bad": {**good, SIGNATURE: signature("another", good[STAMP], self.body)},
            "of another body": {**good, SIGNATURE: other},
            "missing": {k: v for k, v in good.items() if k not in (SIGNATURE, STAMP)},
            "stale": {**good, STAMP: old, SIGNATURE: stale},
        }

    def with_body(self, body: bytes) -> "Report":
        return Report(body, self.webhook)

    def send(self) -> None:
        while (wait := self._wait_after(self.try_once())) is not None:
            time.sleep(min(wait, 1.0))

    def _wait_after(self, answer: httpx.Response | None) -> float | None:
        """Return how long to wait before the next try, None where there is none."""
        if answer is None:
            return 0.2 if len(self.statuses) < 5 else None
        if len(self.statuses) >= _TRIES.get(answer.status_code, 0):
            return None
        wait = answer.headers.get("Retry-After", "0" if answer.status_code == 409 else "")
        return float(wait) if wait.isdigit() and int(wait) < _LONGEST_WAIT else None


def due(account: Account, change: Change) -> list[Delivery]:
    """Return what the triggers send because of a change."""
    found: list[Delivery] = []
    for trigger in account.triggers.values():
        for action in trigger["actions"]:
            if action["field"] == "notification_webhook" and meets(trigger, change):
                id_, template = action["value"]
                webhook = account.webhooks[id_]
                if webhook["status"] == "active":
                    found.append(Report(filled(template, change).encode(), webhook))
    return found
