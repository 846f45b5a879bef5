"""`Apply review decision`, run by a real n8n."""

import time
from typing import Any

import pytest

from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def decide(n8n: N8n, decision: str, reply: str | None = samples.REPLY) -> None:
    body = {
        "review_id": 7,
        "ticket_id": samples.TICKET_ID,
        "turn": 1,
        "attempt": 1,
        "decision": decision,
        "reply": reply,
        "agent_id": "maya",
        "draft": samples.DRAFT,
        "ticket": samples.ticket(),
        "classification": samples.CLASSIFICATION,
    }
    assert n8n.post("apply-review-decision", body).status_code == 200


@pytest.mark.parametrize(("decision", "verdict"), [("approve", "approved"), ("edit", "edited")])
def test_what_an_agent_approved_is_sent_and_learned(
    n8n: N8n, stubs: Stubs, decision: str, verdict: str
) -> None:
    decide(n8n, decision)
    kept = stubs.wait_for("corrections")[0]
    assert (kept["verdict"], kept["human_resolution"]) == (verdict, samples.REPLY)
    assert kept["citations"] == samples.DRAFT["citations"]
    posts = [body for body in stubs.bodies("followups") if body]
    assert posts == [{"ticket": 42, "comment": samples.REPLY, "public": True, "new_status": 3}]
    assert stubs.bodies("claims") == [{"action": "review", "key": "review-7/reply"}]
    assert stubs.event("posted")["claim_key"] == "review-7/reply"
    assert stubs.event("review_applied")["detail"] == {"review_id": 7, "sent": True}


@pytest.mark.parametrize(
    ("decision", "words"), [("reject", "rejected the draft"), ("take_over", "takes this ticket")]
)
def test_what_an_agent_keeps_becomes_a_note(
    n8n: N8n, stubs: Stubs, decision: str, words: str
) -> None:
    decide(n8n, decision, reply=None)
    stubs.wait_for("events", count=2)
    time.sleep(0.5)
    note = next(body for body in stubs.bodies("followups") if body)
    assert not note["public"]
    assert words in note["comment"]
    assert stubs.event("review_applied")["detail"] == {"review_id": 7, "sent": False}
    kept = [(body["verdict"], body["human_resolution"]) for body in stubs.bodies("corrections")]
    assert kept == ([("rejected", "")] if decision == "reject" else [])


def test_an_approved_reply_that_comes_too_late_is_not_sent(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["GET tickets"] = (200, samples.helpdesk_ticket(open=False))
    decide(n8n, "approve")
    stubs.wait_for("events", count=2)
    note = next(body for body in stubs.bodies("followups") if body)
    assert not note["public"]
    assert "was not sent" in note["comment"]


CLAIMED = (409, {"status": 409, "code": "already_claimed"})


def test_a_decision_whose_run_was_interrupted_is_not_sent_again(n8n: N8n, stubs: Stubs) -> None:
    """Nobody knows whether the customer got the reply: the agent is asked to look."""
    stubs.answers["claims"] = CLAIMED
    decide(n8n, "approve")
    stubs.wait_for("events", count=2)
    (note,) = [body for body in stubs.bodies("followups") if body]
    assert not note["public"]
    assert "Check what the customer received" in note["comment"]
    assert stubs.event("post_failed")["claim_key"] == "review-7/reply"
    assert stubs.event("review_applied")["detail"] == {"review_id": 7, "sent": False}


def test_a_reply_that_was_sent_before_the_interruption_is_confirmed(n8n: N8n, stubs: Stubs) -> None:
    said = samples.helpdesk_ticket()["conversation"]
    sent = {"author": "bot", "body": samples.REPLY, "at": samples.AT}
    ticket = samples.helpdesk_ticket(open=False, conversation=[*said, sent])
    stubs.answers["GET tickets"] = (200, ticket)
    stubs.answers["claims"] = CLAIMED
    decide(n8n, "approve")
    stubs.wait_for("events", count=2)
    (note,) = [body for body in stubs.bodies("followups") if body]
    assert not note["public"]
    assert "was sent" in note["comment"]
    assert stubs.event("posted")["claim_key"] == "review-7/reply"


def test_a_decision_is_not_carried_out_while_the_ledger_is_away(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["claims"] = (503, {})
    decide(n8n, "approve")
    stubs.wait_for("events")
    assert "followups" not in stubs.steps()
    assert stubs.event("post_failed")["detail"]["step"] in ("Claim the review", "Choose what to do")


def test_a_review_is_not_closed_when_the_helpdesk_is_away(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["POST followups"] = (503, {})
    decide(n8n, "approve")
    stubs.wait_for("events")
    time.sleep(0.5)
    assert {body["kind"] for body in stubs.bodies("events")} == {"post_failed"}


def test_a_lesson_that_cannot_be_kept_does_not_hold_the_reply_back(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["corrections"] = (503, {})
    decide(n8n, "approve")
    stubs.wait_for("events", count=3)
    assert stubs.event("review_applied")["detail"]["sent"]
    assert stubs.event("step_failed")["detail"]["step"] == "Keep the correction"


def test_the_webhook_asks_for_its_key(n8n: N8n, stubs: Stubs) -> None:
    body: dict[str, Any] = {"review_id": 7}
    assert n8n.post("apply-review-decision", body, {}).status_code == 403
