"""What becomes of mail in particular after a decision, and what is said where it is away."""

import pytest

from tests.helpdesks.bed.stories import decide, event, in_review
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.email.standin.desk import Mailbox, take_in, ticket_of
from tests.helpdesks.email.standin.inbox import Inbox
from tests.helpdesks.email.test_answers import end_of
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_an_approved_draft_is_no_robots_answer(
    mailbox: Mailbox, system: System, stubs: Stubs
) -> None:
    asked, review = in_review(system, mailbox, stubs)
    decide(system, review, decision="edit", reply="Five days. 🪴")
    assert event(system, mailbox, asked, "review_applied")["sent"]
    [sent] = mailbox.inbox.answer_to(asked)
    assert sent["Auto-Submitted"] is None
    assert mailbox.inbox.messages("For agents") == []


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


def test_the_connection_is_told_in_words(inbox: Inbox, system: System) -> None:
    done = run_workflow(system, "check-the-connection", "Every morning")
    assert "E-mail: " not in str(done["data"]["resultData"].get("error", ""))
    with inbox.away():
        done = run_workflow(system, "check-the-connection", "Every morning")
    said = str(done["data"]["resultData"]["error"]["message"])
    assert "E-mail: See docs/helpdesks/email.md." in said
    assert "The IMAP server does not answer" in said
