"""What customers write in Intercom reaches every step as a ticket, whatever it is."""

from typing import Any

import pytest

from services.contracts import Ticket, Verdict
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def registered(system: System, id_: str) -> Any:
    """The ticket as the ledger holds it."""
    history = system.history(f"intercom:{id_}")
    return Ticket.model_validate(history["ticket"])


def take_in(desk: Intercom, system: System, id_: str) -> Any:
    desk.release(desk.deliveries)
    assert [delivery.statuses[-1] for delivery in desk.deliveries] == [200] * len(desk.deliveries)
    return registered(system, id_)


def test_a_conversation_in_the_neutral_form(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("How long?", subject="<p>Refund</p>")
    ticket = take_in(desk, system, id_)
    assert (ticket.id, ticket.source) == (f"intercom:{id_}", "intercom")
    assert (ticket.subject, ticket.body, ticket.thread) == ("Refund", "How long?", [])
    assert ticket.requester.id == ticket.requester.email == "ana@example.com"
    assert ticket.requester.name == "Ana"
    assert ticket.created_at.timestamp() == desk.conversation(id_)["created_at"]
    assert ticket.metadata == {
        "url": f"https://app.intercom.com/a/apps/_/conversations/{id_}",
        "comment_id": desk.conversation(id_)["source"]["id"],
        "channel": "email",
        "priority": "not_priority",
        "attachments": [],
    }


def test_a_thread_with_all_who_spoke_and_without_the_notes(desk: Intercom, system: System) -> None:
    id_ = desk.customer_asks("How long?")
    system.ended(f"intercom:{id_}")
    desk.settle()
    desk.deliveries.clear()
    desk.held = True
    desk.operator_says(id_, "We answer from 9 to 5.")
    desk.agent_writes(id_, "She is nice.", public=False)
    desk.agent_writes(id_, "Anything else?")
    desk.customer_replies(id_, "Yes: where is it?")
    desk.release(desk.deliveries)
    ticket = registered(system, id_)
    assert ticket.body == "Yes: where is it?"
    assert [turn.author for turn in ticket.thread] == ["customer", "bot", "agent"]
    assert ticket.thread[2].body == "Anything else?"
    assert ticket.metadata["comment_id"] == desk.parts(id_)[-1]["id"]


def test_a_conversation_that_an_agent_began(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Do you still need help?")
    desk.conversation(id_)["source"]["author"] = {
        **desk.conversation(id_)["source"]["author"],
        "type": "admin",
        "id": desk.maya["id"],
    }
    desk.customer_replies(id_, "Yes, please.")
    desk.release(desk.deliveries[-1:])
    ticket = registered(system, id_)
    assert [(turn.author, turn.body) for turn in ticket.thread] == [
        ("agent", "Do you still need help?")
    ]
    assert (ticket.body, ticket.requester.email) == ("Yes, please.", "ana@example.com")


def test_a_long_conversation_is_read_whole(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Message 0")
    for number in range(1, 130):
        desk.customer_replies(id_, f"Message {number}")
    desk.release(desk.deliveries[-1:])
    ticket = registered(system, id_)
    assert ticket.body == "Message 129"
    assert [turn.body for turn in ticket.thread] == [f"Message {n}" for n in range(129)]


ODD = {
    "unicode": ("Größe 注文 طلب", "Grüße 🪴👩‍🌾 – „ok“ \u202e\u200b {{ $json }} ${x} 注文番号"),
    "html": ("a & b", "<script>alert('x')</script> & <p>Hi</p>"),
    "quotes": ('He said "no"', "Back\\slash, \"quotes\", 'single', `ticks`\nand lines."),
    "enormous": ("x" * 2000, "ä" * 100_000),
    # three such letters in a row, and n8n takes an answer for Chinese unless it is told what it is
    "latin letters in a row": ("ÄÖÜ", "Votre article «\u00a0à l’étape\u00a0» ÄÖÜ"),
}


def test_odd_texts_arrive_as_they_are(desk: Intercom, system: System, stubs: Stubs) -> None:
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    desk.held = True
    ids = {what: desk.customer_asks(body, subject=subject) for what, (subject, body) in ODD.items()}
    desk.release(desk.deliveries)
    for what, (subject, body) in ODD.items():
        ticket = registered(system, ids[what])
        assert ticket.subject == subject[:1000], what
        assert ticket.body == body.strip()[:80_000], what
        assert system.ended(f"intercom:{ids[what]}")["route"] == "human", what
    assert all(d.statuses[-1] == 200 for d in desk.deliveries)


REPLIES = {
    "html": "Use <b>5 & 6</b> & *this*.",
    "unicode": "Grüße 🪴 注文\n\nدعم",
    "enormous": "Größe! " * 14_000,
}


def test_odd_replies_arrive_as_they_were_written(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    for what, reply in REPLIES.items():
        stubs.answers["draft"] = (200, samples.DRAFT | {"reply": reply})
        id_ = desk.customer_asks("Hello?")
        assert system.ended(f"intercom:{id_}")["route"] == "auto_sent", what
        assert desk.public(id_) == [reply.strip()], what


def test_a_picture_without_words_and_a_customer_without_address(
    desk: Intercom, system: System
) -> None:
    desk.held = True
    id_ = desk.customer_asks("", email=None, html="")
    source = desk.conversation(id_)["source"]
    source["body"] = ""
    source["attachments"] = [{"type": "upload", "name": "leaf.png", "url": "https://x.example/1"}]
    ticket = take_in(desk, system, id_)
    assert (ticket.subject, ticket.body) == ("", "")
    assert (ticket.requester.email, ticket.requester.name) == (None, None)
    assert ticket.requester.id == f"intercom:{source['author']['id']}"


def test_what_the_customer_attached_is_named_for_the_human(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    file = {
        "type": "upload",
        "name": "leaf.jpg",
        "url": "https://downloads.intercomcdn.com/leaf.jpg",
        "content_type": "image/jpeg",
        "filesize": 4097,
        "width": 100,
        "height": 100,
    }
    desk.held = True
    id_ = desk.customer_asks("Here is a photo.")
    desk.account.conversation(id_)["source"]["attachments"] = [file]
    desk.customer_replies(id_, "And another one.")
    [part] = desk.account.conversation(id_)["conversation_parts"]["conversation_parts"][-1:]
    part["attachments"] = [file | {"name": "root.png", "filesize": 1}]
    desk.release(desk.deliveries[-1:])
    assert system.ended(f"intercom:{id_}", turn=2)["route"] == "review"
    assert "leaf.jpg (5 kB)" in desk.notes(id_)[0]
    assert "root.png (1 kB)" in desk.notes(id_)[0]
