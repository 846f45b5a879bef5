"""What comes to the webhook: only what Intercom signed, once, and nothing is lost in silence."""

import json
from typing import Any

import httpx
import pytest

from local.workflows.files import read_workflows
from local.workflows.graph import HTTP, of_type
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.hooks import Delivery, signature
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n
SIGNATURE = "X-Hub-Signature"


def held(desk: Intercom, body: str = "Where is it?") -> tuple[str, Delivery]:
    """A conversation whose notification did not leave yet."""
    desk.held = True
    id_ = desk.customer_asks(body)
    return id_, desk.deliveries[-1]


def post(delivery: Delivery, headers: dict[str, str], body: bytes | None = None) -> httpx.Response:
    content = delivery.body if body is None else body
    endpoint = delivery.subscription.endpoint
    return httpx.post(endpoint, content=content, headers=headers, timeout=20)


def test_only_what_intercom_signed_is_believed(desk: Intercom, system: System) -> None:
    id_, delivery = held(desk)
    good = delivery.headers()
    forged = {
        "bad": {**good, SIGNATURE: signature("another", delivery.body)},
        "missing": {k: v for k, v in good.items() if k != SIGNATURE},
        "another scheme": {**good, SIGNATURE: good[SIGNATURE].replace("sha1=", "sha256=")},
    }
    for what, headers in forged.items():
        assert post(delivery, headers).status_code == 401, what
    assert post(delivery, good, delivery.body + b" ").status_code == 401
    assert system.history(f"intercom:{id_}") is None
    asked = [call for call in desk.account.pressure.calls if id_ in call]
    assert asked == [], "Intercom was not even asked"
    assert post(delivery, good).status_code == 200


def test_an_old_notification_again_changes_nothing(desk: Intercom, system: System) -> None:
    """Intercom signs no time, so that nobody can tell a replay: it must do no harm."""
    id_, delivery = held(desk)
    for _ in range(3):
        delivery.send()
    said = [json.loads(answer)["status"] for answer in delivery.answers]
    assert said == ["new", "duplicate", "duplicate"]
    system.ended(f"intercom:{id_}")
    delivery.send()
    assert len(desk.by_bot(id_)) == 1


def test_notifications_in_the_wrong_order_tell_the_same_story(
    desk: Intercom, system: System
) -> None:
    id_, first = held(desk)
    desk.customer_replies(id_, "It is order 7.")
    second = desk.deliveries[-1]
    desk.release([second, first])
    assert [json.loads(d.answers[0])["status"] for d in (second, first)] == ["new", "duplicate"]
    system.ended(f"intercom:{id_}", turn=2)
    [answer] = desk.by_bot(id_)
    assert answer["part_type"] == "comment"
    assert [turn["turn"] for turn in system.history(f"intercom:{id_}")["turns"]] == [2]


def test_the_address_and_a_test_are_answered(desk: Intercom, system: System) -> None:
    assert desk.subscription is not None
    desk.subscription.check_endpoint()
    ping = Delivery(desk.subscription, "ping", json.dumps({"topic": "ping"}).encode())
    ping.send()
    assert ping.statuses == [200]


def test_intercom_tries_again_while_the_ledger_is_away(desk: Intercom, system: System) -> None:
    id_, delivery = held(desk)
    system.n8n.set(ledger_url="http://127.0.0.1:9")
    try:
        assert post(delivery, delivery.headers()).status_code == 503
    finally:
        system.n8n.set(ledger_url=system.ledger_url)
    delivery.send()
    assert delivery.statuses == [200]
    system.ended(f"intercom:{id_}")


def test_intercom_tries_again_where_its_own_api_was_away(desk: Intercom, system: System) -> None:
    id_, delivery = held(desk)
    desk.account.pressure.fail("GET", f"/conversations/{id_}", 500, times=3)
    delivery.send()
    assert delivery.statuses == [503, 200]
    system.ended(f"intercom:{id_}")
    assert failures(system, "Look at the conversation")[0]["times"] >= 1


def test_it_answers_in_five_seconds_whatever_part_is_slow() -> None:
    """By the files as they are: the slowest single step, all its tries, and the record of it."""
    files = {file.id: file.workflow for file in read_workflows()}
    called = ("take-in-intercom-conversation", "record-intercom-event")
    nodes = [n for id_ in ("receive-intercom-ticket", *called) for n in of_type(files[id_], HTTP)]
    slowest = 0
    for node in nodes:
        timeout = node["parameters"]["options"]["timeout"]
        slowest = max(slowest, 3 * timeout + 2 * node["waitBetweenTries"])
    assert len(nodes) >= 7
    assert slowest < 4_500, "and half a second for n8n itself"


def failures(system: System, step: str) -> list[Any]:
    found = system.ledger("/webhooks/failures", source="intercom")["failures"]
    return [failure for failure in found if failure["step"] == step]


def signed(delivery: Delivery, body: object) -> httpx.Response:
    """Send another body with a right signature."""
    changed = Delivery(delivery.subscription, "", json.dumps(body).encode())
    return post(changed, changed.headers())


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"topic": "conversation.exploded", "data": {"note": "very secret"}}, 200),
        ({"topic": "conversation.user.created", "data": {"item": {"id": "very secret"}}}, 422),
        ({"topic": "conversation.user.created"}, 422),
        ({"topic": 7}, 422),
        (["conversation.user.created"], 422),
    ],
)
def test_a_notification_of_another_form_is_recorded(
    desk: Intercom, system: System, body: Any, status: int
) -> None:
    _, delivery = held(desk)
    answer = signed(delivery, body)
    assert (answer.status_code, "recorded" in answer.text) == (status, True)
    newest = failures(system, "See what happened")[0]
    assert "very secret" not in json.dumps(newest)
    if isinstance(body, dict) and "data" not in body:
        kind = "string" if isinstance(body["topic"], str) else "number"
        assert newest["shape"]["webhook"] == {"topic": kind}


CHANGED: dict[str, Any] = {
    "no value": {"source": {"body": None}},
    "another type": {"source": {"body": {"text": "My secret words", "format": "plain"}}},
    "another date": {"created_at": "yesterday"},
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_conversation_of_another_form_is_recorded(
    desk: Intercom, system: System, what: str, stubs: Stubs
) -> None:
    id_, delivery = held(desk, "My secret words")
    for name, value in CHANGED[what].items():
        if isinstance(value, dict):
            desk.conversation(id_)[name].update(value)
        else:
            desk.conversation(id_)[name] = value
    delivery.send()
    assert set(delivery.statuses) == {422}
    failure = failures(system, "Put it into the inbox")[0]
    shape = failure["shape"]["conversation"]
    assert shape["state"] == "string"
    assert shape["source"]["body"] in ("null", "string", {"text": "string", "format": "string"})
    assert "My secret words" not in json.dumps(failure)
    assert system.history(f"intercom:{id_}") is None
    assert "classify" not in stubs.steps()
    desk.account.faults.clear()
