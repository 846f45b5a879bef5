"""Reviews are applied in Intercom, lost notifications are made up for, given-up tickets told."""

from typing import Any

import httpx
import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n
TRIGGER = "Every three minutes"


def in_review(desk: Intercom, system: System, stubs: Stubs) -> tuple[str, Any]:
    """A conversation with a draft to review; returns its id and the review."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    id_ = desk.customer_asks("How long does a refund take?")
    system.ended(f"intercom:{id_}")
    return id_, system.history(f"intercom:{id_}")["reviews"][0]


def decide(system: System, review: Any, **decision: Any) -> None:
    url = f"{system.ledger_url}/reviews/{review['review_id']}/decision"
    body = {"agent_id": "maya", **decision}
    answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert answer.status_code == 200, answer.text


def test_an_approved_draft_is_sent(desk: Intercom, system: System, stubs: Stubs) -> None:
    id_, review = in_review(desk, system, stubs)
    decide(system, review, decision="edit", reply="Five days. 🪴")
    event = system.event(f"intercom:{id_}", "review_applied")
    assert event["detail"]["sent"]
    assert desk.public(id_) == ["Five days. 🪴"]
    assert desk.conversation(id_)["state"] == "closed"
    assert "deskloop_answered" in desk.tags(id_)
    [kept] = stubs.wait_for("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("edited", "Five days. 🪴")


def test_a_rejected_or_late_decision_is_a_note(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    rejected, first = in_review(desk, system, stubs)
    late, second = in_review(desk, system, stubs)
    desk.agent_writes(late, "I was faster.")
    decide(system, first, decision="reject")
    decide(system, second, decision="approve")
    for id_, words in ((rejected, "maya rejected the draft."), (late, "was not sent")):
        event = system.event(f"intercom:{id_}", "review_applied")
        assert not event["detail"]["sent"]
        assert words in desk.notes(id_)[-1]
    assert desk.public(late) == ["I was faster."]


def test_an_approved_reply_in_doubt_is_for_a_human(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_, review = in_review(desk, system, stubs)
    desk.account.pressure.fail("POST", f"/conversations/{id_}/reply", 504)
    decide(system, review, decision="approve")
    assert not system.event(f"intercom:{id_}", "review_applied")["detail"]["sent"]
    assert desk.public(id_) == []
    assert "did not confirm the approved reply" in desk.notes(id_)[-1]


def test_lost_notifications_are_made_up_for(desk: Intercom, system: System) -> None:
    system.n8n.set(reconcile_after_minutes=-60)
    desk.held = True
    lost = [desk.customer_asks("Where is it?"), desk.customer_asks("Größe? 🪴")]
    waits_for_customer = desk.customer_asks("Hello?")
    desk.agent_writes(waits_for_customer, "Which order?")
    desk.leave_only(*lost, waits_for_customer)
    done = run_workflow(system, "reconcile-intercom", TRIGGER)
    system.n8n.set(reconcile_after_minutes=3)
    assert done["status"] == "success", done.get("data", {}).get("resultData", {}).get("error")
    for id_ in lost:
        assert system.ended(f"intercom:{id_}")["route"] == "auto_sent"
    assert system.history(f"intercom:{waits_for_customer}") is None
    first = system.history(f"intercom:{lost[0]}")["ticket"]
    desk.deliveries[0].send()
    assert '"status":"duplicate"' in desk.deliveries[0].answers[-1]
    assert system.history(f"intercom:{lost[0]}")["ticket"] == first


def test_a_reconciliation_that_fails_is_seen(desk: Intercom, system: System) -> None:
    desk.account.pressure.fail("POST", "/conversations/search", 500, times=3)
    done = run_workflow(system, "reconcile-intercom", TRIGGER)
    assert done["status"] == "error"
    assert "“Find open conversations” failed" in str(done["data"]["resultData"]["error"])


def test_agents_read_in_intercom_what_the_ledger_gave_up(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    def away(call: Call) -> Answer:
        desk.account.pressure.fail("GET", "/conversations/", 500, times=3)
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    ids = {}
    for what in ("nobody", "answered", "deleted"):
        ids[what] = desk.customer_asks("Where is it?")
        assert system.ended(f"intercom:{ids[what]}")["route"] == "human"
        desk.settle()
    desk.account.pressure.reset()
    desk.agent_writes(ids["answered"], "I have it.")
    desk.account.conversations.pop(ids["deleted"])
    done = run_workflow(system, "tell-intercom-of-given-up-tickets", TRIGGER)
    assert done["status"] == "success"
    [note] = desk.notes(ids["nobody"])
    assert "could not work on this conversation" in note
    assert desk.tags(ids["nobody"]) == ["deskloop_human"]
    assert desk.conversation(ids["nobody"])["team_assignee_id"] == int(desk.billing["id"])
    assert desk.by_bot(ids["answered"]) == []
    left = system.ledger(
        "/inbox", state="handed_to_human_by_ledger", unannounced=True, source="intercom"
    )
    mine = {f"intercom:{id_}" for id_ in ids.values()}
    assert mine.isdisjoint(entry["ticket_id"] for entry in left["tickets"])
    done = run_workflow(system, "tell-intercom-of-given-up-tickets", TRIGGER)
    assert (done["status"], len(desk.notes(ids["nobody"]))) == ("success", 1)


def test_a_reply_that_is_there_after_all_is_confirmed(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure = desk.account.pressure
    pressure.fail("POST", f"/conversations/{id_}/reply", 504, after=True)
    pressure.fail("GET", f"/conversations/{id_}", None)
    pressure.fail("GET", f"/conversations/{id_}", None)
    pressure.fail("GET", f"/conversations/{id_}", 500, times=3)
    pressure.fail("POST", f"/conversations/{id_}/reply", 500, times=2)
    desk.release(desk.deliveries[-1:])
    assert system.ended(f"intercom:{id_}")["route"] == "human"
    pressure.reset()
    assert (desk.public(id_), desk.notes(id_)) == ([samples.REPLY], [])
    done = run_workflow(system, "tell-intercom-of-given-up-tickets", TRIGGER)
    assert (done["status"], desk.notes(id_)) == ("success", [])
    end = system.history(f"intercom:{id_}")
    assert (end["turns"][0]["route"], end["claims"][0]["confirmed"]) == ("auto_sent", True)
