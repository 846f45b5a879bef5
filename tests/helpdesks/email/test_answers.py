"""New e-mail, answered or handed over by the unmodified workflows."""

import hashlib
from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.email.standin.inbox import Inbox, body
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def take_in(system: System) -> Any:
    """Let the workflow read the mailbox once."""
    done = run_workflow(system, "receive-email-ticket", "Every half minute")
    assert done["status"] == "success", done.get("data", {}).get("resultData", {}).get("error")
    return done


def ticket_of(message_id: str) -> str:
    """Return the ticket that a conversation makes which begins with this message."""
    return f"email:{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def end_of(system: System, id_: str, turn: int = 1) -> tuple[str, list[str]]:
    end = system.ended(id_, turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_question_is_answered_in_its_conversation(inbox: Inbox, system: System) -> None:
    asked = inbox.customer_writes("How long does a refund take? 🪴", "Größe & Preis")
    take_in(system)
    id_ = ticket_of(asked)
    assert end_of(system, id_) == ("auto_sent", [])
    [answer] = inbox.sent()
    assert body(answer) == samples.REPLY
    assert (answer["In-Reply-To"], answer["References"]) == (asked, asked)
    assert answer["Auto-Submitted"] == "auto-replied"
    assert inbox.servers.post.recipients == ["ana@example.com"]
    assert inbox.ids("Sent") == [answer["Message-ID"]]
    assert inbox.ids("Answered") == [asked]
    assert b"\\Answered" in inbox.flags("Answered")[0]
    assert [inbox.ids(name) for name in ("INBOX", "Taken in", "Sending", "For agents")] == [[]] * 4
    detail = system.event(id_, "posted")["detail"]
    assert detail == {"message_id": answer["Message-ID"], "found": True}


def test_a_draft_and_a_ticket_for_a_human_are_notes_beside_the_message(
    inbox: Inbox, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    asked = inbox.customer_writes("How long does a refund take?")
    take_in(system)
    assert end_of(system, ticket_of(asked)) == ("review", [])
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    threat = inbox.customer_writes("My lawyer will write to you.")
    take_in(system)
    assert end_of(system, ticket_of(threat)) == ("human", ["legal_or_fraud"])
    assert inbox.sent() == []
    notes = {str(m["In-Reply-To"]): m for m in inbox.messages("For agents") if m["In-Reply-To"]}
    assert "drafted a reply" in body(notes[asked])
    assert samples.REPLY.splitlines()[2] in body(notes[asked])
    assert "The customer mentions a lawyer." in body(notes[threat])
    assert notes[threat]["To"] == "Larkspur support <support@larkspur.example>"
    assert {asked, threat} <= set(inbox.ids("For agents"))
    assert inbox.ids("Taken in") == inbox.ids("INBOX") == []
