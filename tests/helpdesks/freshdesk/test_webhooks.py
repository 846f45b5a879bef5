"""What comes to the webhook: only with the secret, once, and nothing is lost in silence."""

import json
from typing import Any

import httpx
import pytest

from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.hooks import Delivery
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n
SECRET = "X-Deskloop-Secret"


def held(desk: Freshdesk, body: str = "Where is it?") -> tuple[int, Delivery]:
    """A ticket whose webhook did not leave yet."""
    desk.held = True
    id_ = desk.customer_asks(body)
    return id_, desk.deliveries[-1]


def post(delivery: Delivery, headers: dict[str, str], body: bytes | None = None) -> httpx.Response:
    content = delivery.body if body is None else body
    return httpx.post(delivery.action["url"], content=content, headers=headers, timeout=20)


def test_only_what_carries_the_secret_is_believed(desk: Freshdesk, system: System) -> None:
    id_, delivery = held(desk)
    good = delivery.headers()
    forged = {
        "bad": {**good, SECRET: good[SECRET][:-1] + "x"},
        "empty": {**good, SECRET: ""},
        "missing": {k: v for k, v in good.items() if k != SECRET},
        "another header": {**{k: v for k, v in good.items() if k != SECRET}, "X-S": good[SECRET]},
    }
    for what, headers in forged.items():
        answer = post(delivery, headers)
        assert answer.status_code == 401, what
        assert answer.json() == {"error": "The secret is missing or wrong."}
    assert system.history(f"freshdesk:{id_}") is None
    asked = f"GET /api/v2/tickets/{id_}"
    assert asked not in desk.account.pressure.calls, "Freshdesk was not even asked"
    assert post(delivery, good).status_code == 200


def test_the_same_webhook_again_changes_nothing(desk: Freshdesk, system: System) -> None:
    """Nothing is signed and nothing dated, so a replay must be harmless."""
    id_, delivery = held(desk)
    for _ in range(3):
        delivery.send()
    assert [json.loads(a)["status"] for a in delivery.answers] == ["new", "duplicate", "duplicate"]
    system.ended(f"freshdesk:{id_}")
    delivery.send()
    assert len(desk.by_bot(id_)) == 1
    history = system.history(f"freshdesk:{id_}")
    assert ([t["turn"] for t in history["turns"]], history["outcomes"]) == ([1], [])


def test_webhooks_in_the_wrong_order_tell_the_same_story(desk: Freshdesk, system: System) -> None:
    id_, first = held(desk)
    desk.customer_replies(id_, "It is order 7.")
    second = desk.deliveries[-1]
    desk.release([second, first])
    assert [json.loads(d.answers[0])["status"] for d in (second, first)] == ["new", "duplicate"]
    system.ended(f"freshdesk:{id_}", turn=2)
    [answer] = desk.by_bot(id_)
    assert not answer["private"]
    assert [turn["turn"] for turn in system.history(f"freshdesk:{id_}")["turns"]] == [2]


def test_freshdesk_may_try_again_while_the_ledger_is_away(desk: Freshdesk, system: System) -> None:
    id_, delivery = held(desk)
    system.n8n.set(ledger_url="http://127.0.0.1:9")
    try:
        answer = post(delivery, delivery.headers())
    finally:
        system.n8n.set(ledger_url=system.ledger_url)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    delivery.send()
    assert delivery.statuses == [200]
    system.ended(f"freshdesk:{id_}")


def test_freshdesk_may_try_again_where_its_own_api_was_away(
    desk: Freshdesk, system: System
) -> None:
    id_, delivery = held(desk)
    desk.account.pressure.fail("GET", f"/tickets/{id_}", 500, times=3)
    delivery.send()
    delivery.send()
    assert delivery.statuses == [503, 200]
    system.ended(f"freshdesk:{id_}")
    [failure] = failures(system, "Look at the ticket")
    assert failure["times"] == 1


def failures(system: System, step: str) -> list[Any]:
    found = system.ledger("/webhooks/failures", source="freshdesk")["failures"]
    return [failure for failure in found if failure["step"] == step]


@pytest.mark.parametrize(
    "body",
    [
        {"event": "ticket.exploded", "ticket_id": "1", "note": "very secret"},
        {"event": "customer_wrote", "ticket_id": "{{ticket.id}}"},
        {"event": "customer_wrote"},
        {"freshdesk_webhook": {"ticket_id": 1}},
        ["customer_wrote"],
    ],
)
def test_a_webhook_of_another_form_is_recorded(
    desk: Freshdesk, system: System, body: object
) -> None:
    _, delivery = held(desk)
    answer = post(delivery, delivery.headers(), json.dumps(body).encode())
    assert answer.status_code == 422
    newest = failures(system, "See what happened")[0]
    assert "very secret" not in json.dumps(newest)
    if isinstance(body, dict):
        assert set(newest["shape"]["webhook"]) == set(body)


CHANGED: dict[str, Any] = {
    "no value": None,
    "another type": {"text": "My secret words", "format": "plain"},
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_ticket_of_another_form_is_recorded(
    desk: Freshdesk, system: System, what: str, stubs: Stubs
) -> None:
    id_, delivery = held(desk, "My secret words")
    desk.ticket(id_)["description_text"] = CHANGED[what]
    delivery.send()
    assert delivery.statuses == [422]
    failure = failures(system, "Put it into the inbox")[0]
    shape = failure["shape"]["ticket"]["description_text"]
    assert shape in ("null", {"text": "string", "format": "string"})
    assert failure["workflow"] == "Take in Freshdesk ticket"
    assert "My secret words" not in json.dumps(failure)
    assert system.history(f"freshdesk:{id_}") is None
    assert "classify" not in stubs.steps()


def test_a_conversation_of_another_form_is_recorded(desk: Freshdesk, system: System) -> None:
    id_, _ = held(desk)
    desk.customer_replies(id_, "My secret words")
    desk.account.conversations[id_][0]["body_text"] = 7
    desk.deliveries[-1].send()
    assert desk.deliveries[-1].statuses == [422]
    failure = failures(system, "Put it into the inbox")[0]
    assert failure["shape"]["conversation"][0]["body_text"] == "number"


def test_a_ticket_that_the_ledger_does_not_take_is_recorded(
    desk: Freshdesk, system: System
) -> None:
    id_, delivery = held(desk)
    desk.ticket(id_)["created_at"] = "yesterday"
    delivery.send()
    assert delivery.statuses == [422]
    failure = failures(system, "Put it into the inbox")[0]
    assert failure["shape"]["ticket"]["created_at"] == "string"
