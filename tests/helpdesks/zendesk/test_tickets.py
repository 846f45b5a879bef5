"""What customers write in Zendesk reaches every step as a ticket, whatever it is."""

from typing import Any

import pytest

from services.contracts import Ticket, Verdict
from tests.helpdesks.bed.system import System
from tests.helpdesks.zendesk.standin.zendesk import Zendesk
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def registered(system: System, id_: int) -> Any:
    """The ticket as the ledger holds it."""
    history = system.history(f"zendesk:{id_}")
    return Ticket.model_validate(history["ticket"])


def take_in(desk: Zendesk, system: System, id_: int) -> Any:
    desk.release(desk.deliveries)
    assert [delivery.statuses[-1] for delivery in desk.deliveries] == [200] * len(desk.deliveries)
    return registered(system, id_)


def test_a_ticket_in_the_neutral_form(desk: Zendesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("How long?", subject="Refund")
    ticket = take_in(desk, system, id_)
    assert (ticket.id, ticket.source) == (f"zendesk:{id_}", "zendesk")
    assert (ticket.subject, ticket.body, ticket.thread) == ("Refund", "How long?", [])
    assert ticket.requester.id == ticket.requester.email == "ana@example.com"
    assert ticket.requester.locale == "en-US"
    assert ticket.metadata == {
        "url": f"https://acme.zendesk.com/agent/tickets/{id_}",
        "comment_id": desk.public(id_)[0]["id"],
        "channel": "email",
        "priority": None,
        "attachments": [],
    }


def test_a_thread_with_all_who_spoke_and_without_the_notes(desk: Zendesk, system: System) -> None:
    id_ = desk.customer_asks("How long?")
    system.ended(f"zendesk:{id_}")
    desk.settle()
    desk.deliveries.clear()
    desk.held = True
    desk.agent_writes(id_, "He is nice.", public=False)
    desk.agent_writes(id_, "Anything else?", status="open")
    desk.customer_replies(id_, "Yes: where is it?")
    wrote = [d for d in desk.deliveries if b"customer_wrote" in d.body]
    desk.release(wrote)
    ticket = registered(system, id_)
    assert ticket.body == "Yes: where is it?"
    assert [turn.author for turn in ticket.thread] == ["customer", "bot", "agent"]
    assert ticket.thread[2].body == "Anything else?"


def test_a_long_conversation_is_read_page_by_page(desk: Zendesk, system: System) -> None:
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
    "html": ("<b>Refund</b>", "<script>alert('x')</script> & <p>Hi</p>"),
    "quotes": ('He said "no"', "Back\\slash, \"quotes\", 'single', `ticks`\r\nand lines\t."),
    "enormous": ("x" * 2000, "ä" * 100_000),
    "only a subject": ("Where is my order?", "\u00a0"),
}


def test_odd_texts_arrive_as_they_are(desk: Zendesk, system: System, stubs: Stubs) -> None:
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    desk.held = True
    tickets = {
        what: desk.customer_asks(body, subject=subject) for what, (subject, body) in ODD.items()
    }
    desk.release(desk.deliveries)
    for what, (subject, body) in ODD.items():
        ticket = registered(system, tickets[what])
        assert ticket.subject == subject[:1000], what
        assert ticket.body == body.strip()[:80_000], what
        assert system.ended(f"zendesk:{tickets[what]}")["route"] == "human", what
    assert all(d.statuses == [200] for d in desk.deliveries)


def test_an_html_mail_is_read_as_plain_text(desk: Zendesk, system: System) -> None:
    desk.held = True
    html = "<p>Hello,</p><p>where&nbsp;is it?<br>Ana</p>"
    id_ = desk.customer_asks("", html_body=html)
    assert take_in(desk, system, id_).body == "Hello,\n\nwhere is it?\nAna"


def test_a_customer_without_address_or_subject(desk: Zendesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Call me.", subject=None, email=None)  # type: ignore[arg-type]
    ticket = take_in(desk, system, id_)
    assert ticket.subject == ""
    assert ticket.requester.email is None
    assert ticket.requester.id.startswith("zendesk:")


def test_what_the_customer_attached_is_named_for_the_human(
    desk: Zendesk, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    desk.held = True
    id_ = desk.customer_asks("Here is a photo.")
    file = {"file_name": "le`af 🌱.jpg", "size": 4097, "content_type": "image/jpeg"}
    desk.account.comments[id_][0]["attachments"] = [file, file | {"file_name": "b.txt", "size": 0}]
    desk.release(desk.deliveries)
    assert system.ended(f"zendesk:{id_}")["route"] == "review"
    assert (
        "**Attachments, not read**\n\n- `leaf 🌱.jpg (5 kB)`\n- `b.txt (0 kB)`\n"
        in (desk.notes(id_)[0])
    )
