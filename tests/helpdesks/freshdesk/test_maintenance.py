"""Reviews are applied in Freshdesk, lost webhooks are made up for, given-up tickets are told."""

from typing import Any

import httpx
import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.state import RESOLVED
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n
TRIGGER = "Every three minutes"


def in_review(desk: Freshdesk, system: System, stubs: Stubs) -> tuple[int, Any]:
    """A ticket with a draft to review; returns its number and the review."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    id_ = desk.customer_asks("How long does a refund take?")
    system.ended(f"freshdesk:{id_}")
    return id_, system.history(f"freshdesk:{id_}")["reviews"][0]


def decide(system: System, review: Any, **decision: Any) -> None:
    url = f"{system.ledger_url}/reviews/{review['review_id']}/decision"
    body = {"agent_id": "maya", **decision}
    answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert answer.status_code == 200, answer.text


def test_an_approved_draft_is_sent(desk: Freshdesk, system: System, stubs: Stubs) -> None:
    id_, review = in_review(desk, system, stubs)
    decide(system, review, decision="edit", reply="Five days. 🪴")
    event = system.event(f"freshdesk:{id_}", "review_applied")
    assert event["detail"]["sent"]
    assert [c["body_text"].strip() for c in desk.public(id_)] == ["Five days. 🪴"]
    assert desk.ticket(id_)["status"] == RESOLVED
    assert "deskloop_answered" in desk.ticket(id_)["tags"]
    [kept] = stubs.wait_for("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("edited", "Five days. 🪴")


def test_a_rejected_or_late_decision_is_a_note(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    rejected, first = in_review(desk, system, stubs)
    late, second = in_review(desk, system, stubs)
    desk.agent_writes(late, "I was faster.")
    decide(system, first, decision="reject")
    decide(system, second, decision="approve")
    for id_, words in ((rejected, "rejected the draft"), (late, "was not sent")):
        event = system.event(f"freshdesk:{id_}", "review_applied")
        assert not event["detail"]["sent"]
        assert words in desk.notes(id_)[-1]
    assert [c["user_id"] for c in desk.public(late)] == [desk.maya["id"]]


def test_lost_webhooks_are_made_up_for(desk: Freshdesk, system: System) -> None:
    system.n8n.set(reconcile_after_minutes=-60)
    desk.held = True
    lost = [desk.customer_asks("Where is it?"), desk.customer_asks("Größe? 🪴")]
    waits_for_customer = desk.customer_asks("Hello?")
    desk.agent_writes(waits_for_customer, "Which order?")
    desk.leave_only(*lost, waits_for_customer)
    done = run_workflow(system, "reconcile-freshdesk", TRIGGER)
    assert done["status"] == "success", done.get("data", {}).get("resultData", {}).get("error")
    for id_ in lost:
        assert system.ended(f"freshdesk:{id_}")["route"] == "auto_sent"
    assert system.history(f"freshdesk:{waits_for_customer}") is None
    first = system.history(f"freshdesk:{lost[0]}")["ticket"]
    desk.deliveries[0].send()
    assert desk.deliveries[0].answers[-1].endswith('"status":"duplicate"}')
    assert system.history(f"freshdesk:{lost[0]}")["ticket"] == first
    system.n8n.set(reconcile_after_minutes=3)


def test_agents_read_in_freshdesk_what_the_ledger_gave_up(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    todo = ["nobody", "answered", "deleted"]

    def away(call: Call) -> Answer:
        desk.account.pressure.fail("GET", "/tickets/", 500, times=3)
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    tickets = {}
    for what in todo:
        tickets[what] = desk.customer_asks("Where is it?")
        assert system.ended(f"freshdesk:{tickets[what]}")["route"] == "human"
        desk.settle()
    desk.account.pressure.reset()
    desk.agent_writes(tickets["answered"], "I have it.")
    desk.account.tickets.pop(tickets["deleted"])
    sent = a_reply_without_confirmation(desk, system, stubs)
    done = run_workflow(system, "tell-freshdesk-of-given-up-tickets", TRIGGER)
    assert done["status"] == "success"
    [note] = desk.notes(tickets["nobody"])
    assert "could not work on this ticket" in note
    assert "deskloop_human" in desk.ticket(tickets["nobody"])["tags"]
    assert desk.by_bot(tickets["answered"]) == []
    assert desk.notes(sent) == []
    end = system.history(f"freshdesk:{sent}")
    assert (end["turns"][0]["route"], end["claims"][0]["confirmed"]) == ("auto_sent", True)
    left = system.ledger(
        "/inbox", state="handed_to_human_by_ledger", unannounced=True, source="freshdesk"
    )
    mine = {f"freshdesk:{id_}" for id_ in (*tickets.values(), sent)}
    assert mine.isdisjoint(entry["ticket_id"] for entry in left["tickets"])


def a_reply_without_confirmation(desk: Freshdesk, system: System, stubs: Stubs) -> int:
    """Sent, but neither its answer nor the conversation could be read."""
    stubs.answers["draft"] = samples.ANSWERS["draft"]
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure = desk.account.pressure
    pressure.fail("POST", f"/tickets/{id_}/reply", 504, after=True)
    pressure.fail("POST", f"/tickets/{id_}/notes", 500, times=9)
    pressure.fail("GET", f"/tickets/{id_}/conversations", 500, times=9, skip=2)
    desk.release(desk.deliveries[-1:])
    assert system.ended(f"freshdesk:{id_}")["route"] == "human"
    pressure.reset()
    return id_
