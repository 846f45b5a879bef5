"""What comes to the webhook: only what Zendesk signed, once, and nothing is lost in silence."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.helpdesks.bed.system import System
from tests.helpdesks.zendesk.standin.hooks import Delivery, signature
from tests.helpdesks.zendesk.standin.zendesk import Zendesk
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n
SIGNATURE, STAMP = "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"


def held(desk: Zendesk, body: str = "Where is it?") -> tuple[int, Delivery]:
    """A ticket whose webhook did not leave yet."""
    desk.held = True
    id_ = desk.customer_asks(body)
    return id_, desk.deliveries[-1]


def post(delivery: Delivery, headers: dict[str, str], body: bytes | None = None) -> httpx.Response:
    content = delivery.body if body is None else body
    return httpx.post(delivery.webhook["endpoint"], content=content, headers=headers, timeout=20)


def test_only_what_zendesk_signed_just_now_is_believed(desk: Zendesk, system: System) -> None:
    id_, delivery = held(desk)
    secret = delivery.webhook["secret"]
    old = (datetime.now(UTC) - timedelta(minutes=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    good = delivery.headers()
    forged = {
        "bad": {**good, SIGNATURE: signature("another", good[STAMP], delivery.body)},
        "missing": {k: v for k, v in good.items() if k not in (SIGNATURE, STAMP)},
        "stale": {**good, STAMP: old, SIGNATURE: signature(secret, old, delivery.body)},
    }
    for what, headers in forged.items():
        assert post(delivery, headers).status_code == 401, what
    other = delivery.body.replace(b"customer_wrote", b"customer_wrotE")
    assert post(delivery, good, other).status_code == 401
    assert system.history(f"zendesk:{id_}") is None
    asked = f"GET /api/v2/tickets/{id_}"
    assert asked not in desk.account.pressure.calls, "Zendesk was not even asked"
    assert post(delivery, good).status_code == 200


def test_the_same_webhook_again_changes_nothing(desk: Zendesk, system: System) -> None:
    id_, delivery = held(desk)
    for _ in range(3):
        delivery.send()
    assert [json.loads(a)["status"] for a in delivery.answers] == ["new", "duplicate", "duplicate"]
    system.ended(f"zendesk:{id_}")
    delivery.send()
    assert len(desk.by_bot(id_)) == 1


def test_webhooks_in_the_wrong_order_tell_the_same_story(desk: Zendesk, system: System) -> None:
    id_, first = held(desk)
    desk.customer_replies(id_, "It is order 7.")
    second = desk.deliveries[-1]
    desk.release([second, first])
    assert [json.loads(d.answers[0])["status"] for d in (second, first)] == ["new", "duplicate"]
    system.ended(f"zendesk:{id_}", turn=2)
    [answer] = desk.by_bot(id_)
    assert answer["public"]
    assert [turn["turn"] for turn in system.history(f"zendesk:{id_}")["turns"]] == [2]


def test_zendesk_tries_again_while_the_ledger_is_away(desk: Zendesk, system: System) -> None:
    id_, delivery = held(desk)
    system.n8n.set(ledger_url="http://127.0.0.1:9")
    try:
        answer = post(delivery, delivery.headers())
    finally:
        system.n8n.set(ledger_url=system.ledger_url)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    delivery.send()
    assert delivery.statuses == [200]
    system.ended(f"zendesk:{id_}")


def test_zendesk_tries_again_where_its_own_api_was_away(desk: Zendesk, system: System) -> None:
    id_, delivery = held(desk)
    desk.account.pressure.fail("GET", f"/tickets/{id_}", 500, times=3)
    delivery.send()
    assert delivery.statuses == [503, 200]
    system.ended(f"zendesk:{id_}")
    [failure] = failures(system, "Look at the ticket")
    assert failure["times"] == 1


def failures(system: System, step: str) -> list[Any]:
    found = system.ledger("/webhooks/failures", source="zendesk")["failures"]
    return [failure for failure in found if failure["step"] == step]


def signed(delivery: Delivery, body: object) -> httpx.Response:
    """Send another body with a right signature."""
    changed = Delivery(delivery.webhook, json.dumps(body).encode())
    return post(changed, changed.headers())


@pytest.mark.parametrize(
    "body",
    [
        {"event": "ticket.exploded", "ticket_id": "1", "note": "very secret"},
        {"event": "customer_wrote", "ticket_id": "{{ticket.id}}"},
        {"event": "customer_wrote"},
        ["customer_wrote"],
    ],
)
def test_a_webhook_of_another_form_is_recorded(desk: Zendesk, system: System, body: object) -> None:
    _, delivery = held(desk)
    answer = signed(delivery, body)
    assert answer.status_code == 422
    newest = failures(system, "See what happened")[0]
    assert "very secret" not in json.dumps(newest)
    if isinstance(body, dict):
        assert newest["shape"]["webhook"] == dict.fromkeys(body, "string")


CHANGED: dict[str, Any] = {
    "no value": None,
    "another type": {"text": "My secret words", "format": "plain"},
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_conversation_of_another_form_is_recorded(
    desk: Zendesk, system: System, what: str, stubs: Stubs
) -> None:
    id_, delivery = held(desk, "My secret words")
    desk.account.comments[id_][0]["plain_body"] = CHANGED[what]
    delivery.send()
    assert delivery.statuses == [422]
    failure = failures(system, "Put it into the inbox")[0]
    shape = failure["shape"]["comments"][0]["plain_body"]
    assert shape in ("null", {"text": "string", "format": "string"})
    assert failure["shape"]["ticket"]["ticket"]["id"] == "number"
    assert "My secret words" not in json.dumps(failure)
    assert system.history(f"zendesk:{id_}") is None
    assert "classify" not in stubs.steps()


def test_a_ticket_that_the_ledger_does_not_take_is_recorded(desk: Zendesk, system: System) -> None:
    id_, delivery = held(desk)
    desk.ticket(id_)["created_at"] = "yesterday"
    delivery.send()
    assert delivery.statuses == [422]
    failure = failures(system, "Put it into the inbox")[0]
    assert failure["shape"]["ticket"]["ticket"]["created_at"] == "string"
