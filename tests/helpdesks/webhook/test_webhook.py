"""Any system that can sign JSON: tickets in, answers out, once, and nothing lost in silence."""

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.webhook.standin import OwnDesk, signed
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


@pytest.fixture
def ticket() -> str:
    return uuid4().hex[:12]


def end_of(system: System, ticket: str, turn: int = 1) -> tuple[str, list[str]]:
    end = system.ended(f"webhook:{ticket}", turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_question_of_any_size_is_answered(desk: OwnDesk, system: System, ticket: str) -> None:
    answer = desk.asks(ticket, "Größe? 🪴 <b>")
    assert (answer.status_code, answer.json()["status"]) == (200, "new")
    assert end_of(system, ticket) == ("auto_sent", [])
    known = system.history(f"webhook:{ticket}")["ticket"]
    assert (known["body"], known["requester"]["email"]) == ("Größe? 🪴 <b>", "ana@example.com")
    desk.asks(ticket, "x" * 100_000)
    assert end_of(system, ticket, turn=2) == ("auto_sent", [])
    history = system.history(f"webhook:{ticket}")["ticket"]
    assert [turn["author"] for turn in history["thread"]] == ["customer", "bot"]
    assert len(history["body"]) == 80_000


def test_only_what_was_signed_just_now_is_believed(
    desk: OwnDesk, system: System, ticket: str
) -> None:
    desk.says(ticket, "customer", "Where is it?")
    body = desk.event(ticket)
    old = signed(desk.secret, httpx.Request("POST", "/", json=body).content, int(time.time()) - 400)
    forged: list[dict[str, str]] = [
        {"X-Webhook-Signature": "0" * 64},
        {"X-Webhook-Signature": ""},
        {"X-Webhook-Timestamp": old["X-Webhook-Timestamp"]},
        {"X-Webhook-Timestamp": "soon"},
    ]
    for headers in forged:
        assert desk.report(body, **headers).status_code == 401, headers
    assert system.history(f"webhook:{ticket}") is None
    assert desk.report(body).status_code == 200


def test_the_same_and_the_wrong_order_change_nothing(
    desk: OwnDesk, system: System, ticket: str
) -> None:
    desk.says(ticket, "customer", "Where is it?")
    first = desk.event(ticket)
    desk.says(ticket, "customer", "It is order 7.")
    second = desk.event(ticket)
    said = [desk.report(body).json()["status"] for body in (second, first, second)]
    assert said == ["new", "duplicate", "duplicate"]
    assert end_of(system, ticket, turn=2) == ("auto_sent", [])
    assert len(desk.public(ticket)) == 1


def test_a_decision_that_the_ledger_refuses_is_not_sent(
    desk: OwnDesk, system: System, stubs: Stubs, ticket: str
) -> None:
    odd = samples.check(Verdict.AUTO_SEND) | {"features": {"similarity": 7}}
    stubs.answers["check-draft"] = (200, odd)
    desk.asks(ticket)
    assert end_of(system, ticket)[0] == "human"
    assert (desk.public(ticket), len(desk.notes(ticket))) == ([], 1)
    events = system.history(f"webhook:{ticket}")["events"]
    told = [(e["kind"], e["route"]) for e in events if e["kind"] in ("posted", "post_failed")]
    assert told == [("post_failed", "human")]


def test_what_agents_answer_and_customers_rate_is_kept_once(
    desk: OwnDesk, system: System, stubs: Stubs, ticket: str
) -> None:
    desk.asks(ticket)
    end_of(system, ticket)
    lesson = {"ticket_id": ticket, "reply_id": "9", "text": "In Lyon.", "agent": "maya"}
    rating = {"ticket_id": ticket, "key": "csat-1", "score": 1}
    for _ in range(2):
        assert desk.report({"event": "agent_answered", **lesson}).status_code == 200
        assert desk.report({"event": "rated", **rating}).status_code == 200
    [kept] = stubs.bodies("corrections")
    assert (kept["human_resolution"], kept["agent_id"]) == ("In Lyon.", "maya")
    [outcome] = system.history(f"webhook:{ticket}")["outcomes"]
    assert (outcome["kind"], outcome["score"]) == ("csat", 1.0)
    stranger = {"event": "rated", "ticket_id": "never-seen", "key": "1", "score": 0}
    assert desk.report(stranger).json() == {"received": True, "recorded": False}


BROKEN: dict[str, Any] = {
    "no event": {"ticket": {"id": "1"}},
    "no messages": {"event": "customer_wrote", "ticket": {"id": "1", "subject": "x"}},
    "another type": {
        "event": "customer_wrote",
        "ticket": {"id": "1", "messages": [{"author": "customer", "text": {"secret": "words"}}]},
    },
    "no time": {
        "event": "customer_wrote",
        "ticket": {"id": "1", "messages": [{"author": "customer", "text": "secret words"}]},
    },
    "a list": ["secret words"],
    "a rating without a score": {"event": "rated", "ticket_id": "1", "key": "1"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_does_not_fit_is_recorded_with_its_form(
    desk: OwnDesk, system: System, what: str
) -> None:
    answer = desk.report(BROKEN[what])
    assert answer.status_code == 422, answer.text
    failure = system.ledger("/webhooks/failures", source="webhook")["failures"][0]
    assert "secret words" not in str(failure)
    if isinstance(BROKEN[what], dict):
        assert set(failure["shape"]["webhook"]) == set(BROKEN[what])


def test_the_connection_is_told_in_words(desk: OwnDesk, system: System) -> None:
    done = run_workflow(system, "check-the-connection", "Every morning")
    assert "did not confirm" not in str(done["data"]["resultData"].get("error", ""))
    assert desk.asked[-1]["action"] == "check"
    desk.statuses = [500, 500, 500]
    done = run_workflow(system, "check-the-connection", "Every morning")
    said = str(done["data"]["resultData"]["error"]["message"])
    assert "Your system did not confirm a signed message" in said
    assert "(500)" in said
