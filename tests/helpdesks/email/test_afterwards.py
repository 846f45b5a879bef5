"""Reviews are applied in the mailbox, agents' answers teach, given-up mail is told."""

from typing import Any

import httpx
import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.email.standin.inbox import Inbox, body
from tests.helpdesks.email.test_answers import end_of, take_in, ticket_of
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def in_review(inbox: Inbox, system: System, stubs: Stubs) -> tuple[str, Any]:
    """A message with a draft to review; returns its Message-ID and the review."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    asked = inbox.customer_writes("How long does a refund take?")
    take_in(system)
    system.ended(ticket_of(asked))
    return asked, system.history(ticket_of(asked))["reviews"][0]


def decide(system: System, review: Any, **decision: Any) -> None:
    url = f"{system.ledger_url}/reviews/{review['review_id']}/decision"
    body = {"agent_id": "maya", **decision}
    answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10)
    assert answer.status_code == 200, answer.text


def test_an_approved_draft_is_sent(inbox: Inbox, system: System, stubs: Stubs) -> None:
    asked, review = in_review(inbox, system, stubs)
    decide(system, review, decision="edit", reply="Five days. 🪴")
    assert system.event(ticket_of(asked), "review_applied")["detail"]["sent"]
    [sent] = inbox.answer_to(asked)
    assert (body(sent), sent["Auto-Submitted"]) == ("Five days. 🪴", None)
    assert inbox.messages("For agents") == []
    [kept] = stubs.wait_for("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("edited", "Five days. 🪴")


def test_a_rejected_or_late_decision_is_a_note(inbox: Inbox, system: System, stubs: Stubs) -> None:
    rejected, first = in_review(inbox, system, stubs)
    late, second = in_review(inbox, system, stubs)
    inbox.agent_answers(late, "I was faster.")
    decide(system, first, decision="reject")
    decide(system, second, decision="approve")
    for asked, words in ((rejected, "rejected the draft"), (late, "was not sent")):
        assert not system.event(ticket_of(asked), "review_applied")["detail"]["sent"]
        notes = [m for m in inbox.messages("For agents") if m["In-Reply-To"] == asked]
        assert any(words in body(note) for note in notes)
    assert inbox.sent() == []


def test_an_agent_s_answer_is_kept_once_and_the_message_filed(
    inbox: Inbox, system: System, stubs: Stubs
) -> None:
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    asked = inbox.customer_writes("Where is it?")
    take_in(system)
    assert end_of(system, ticket_of(asked))[0] == "human"
    inbox.agent_answers(asked, "It is in Lyon and comes tomorrow.")
    for _ in range(2):
        done = run_workflow(system, "record-email-event", "Every quarter of an hour")
        assert done["status"] == "success"
    [kept] = stubs.bodies("corrections")
    assert kept["human_resolution"] == "It is in Lyon and comes tomorrow."
    assert (kept["agent_id"], kept["verdict"]) == ("Maya", "taught")
    assert asked in inbox.ids("Answered")


def test_agents_find_in_the_mailbox_what_the_ledger_gave_up(
    inbox: Inbox, system: System, stubs: Stubs
) -> None:
    def away(call: Call) -> Answer:
        inbox.servers.pause()
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    nobody = inbox.customer_writes("Where is it?")
    try:
        take_in(system)
        assert end_of(system, ticket_of(nobody)) == ("human", ["not_posted"])
    finally:
        inbox.servers.resume()
    assert inbox.messages("For agents") == []
    done = run_workflow(system, "tell-email-of-given-up-tickets", "Every three minutes")
    assert done["status"] == "success", done.get("data", {}).get("resultData", {}).get("error")
    [note] = [m for m in inbox.messages("For agents") if m["In-Reply-To"] == nobody]
    assert "could not work on this message" in body(note)
    assert nobody in inbox.ids("For agents")
    left = system.ledger(
        "/inbox", state="handed_to_human_by_ledger", unannounced=True, source="email"
    )
    assert left["tickets"] == []


def test_the_connection_is_told_in_words(inbox: Inbox, system: System) -> None:
    done = run_workflow(system, "check-the-connection", "Every morning")
    assert "E-mail: " not in str(done["data"]["resultData"].get("error", ""))
    with inbox.away():
        done = run_workflow(system, "check-the-connection", "Every morning")
    said = str(done["data"]["resultData"]["error"]["message"])
    assert "E-mail: See docs/helpdesks/email.md." in said
    assert "The IMAP server does not answer" in said
