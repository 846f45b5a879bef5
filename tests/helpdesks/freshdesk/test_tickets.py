"""What customers write in Freshdesk reaches every step as a ticket, whatever it is."""

from typing import Any

import pytest

from services.contracts import Ticket, Verdict
from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.state import OPEN
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def registered(system: System, id_: int) -> Any:
    """The ticket as the ledger holds it."""
    history = system.history(f"freshdesk:{id_}")
    return Ticket.model_validate(history["ticket"])


def take_in(desk: Freshdesk, system: System, id_: int) -> Any:
    desk.release(desk.deliveries)
    assert [delivery.statuses[-1] for delivery in desk.deliveries] == [200] * len(desk.deliveries)
    return registered(system, id_)


def test_a_ticket_in_the_neutral_form(desk: Freshdesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("How long?", subject="Refund")
    ticket = take_in(desk, system, id_)
    assert (ticket.id, ticket.source) == (f"freshdesk:{id_}", "freshdesk")
    assert (ticket.subject, ticket.body, ticket.thread) == ("Refund", "How long?", [])
    assert ticket.requester.id == ticket.requester.email == "ana@example.com"
    assert ticket.requester.name == "ana"
    assert ticket.metadata == {
        "url": f"https://acme.freshdesk.com/a/tickets/{id_}",
        "comment_id": 0,
        "channel": "email",
        "priority": 1,
        "attachments": [],
    }


def test_a_thread_with_all_who_spoke_and_without_notes_and_survey(
    desk: Freshdesk, system: System
) -> None:
    id_ = desk.customer_asks("How long?")
    system.ended(f"freshdesk:{id_}")
    desk.settle()
    desk.deliveries.clear()
    desk.held = True
    desk.agent_writes(id_, "He is nice.", public=False)
    desk.customer_rates(id_, 103, "Great!")
    desk.agent_writes(id_, "Anything else?", status=OPEN)
    desk.customer_replies(id_, "Yes: where is it?")
    desk.release(desk.sent("customer_wrote"))
    ticket = registered(system, id_)
    assert ticket.body == "Yes: where is it?"
    assert [turn.author for turn in ticket.thread] == ["customer", "bot", "agent"]
    assert ticket.thread[2].body == "Anything else?"
    assert ticket.metadata["comment_id"] == desk.public(id_)[-1]["id"]


def test_a_long_conversation_is_read_page_by_page(desk: Freshdesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Message 0")
    for number in range(1, 230):
        desk.customer_replies(id_, f"Message {number}")
    desk.release(desk.deliveries[-1:])
    ticket = registered(system, id_)
    assert ticket.body == "Message 229"
    assert [turn.body for turn in ticket.thread] == [f"Message {n}" for n in range(229)]


ODD = {
    "unicode": ("Größe 注文 طلب", "Grüße 🪴👩‍🌾 – „ok“ \u202e\u200b {{ $json }} ${x} 注文番号"),
    "taken for Chinese by n8n where it guesses": ("äöü", "Äöü ÄÖÜ éèê ßäö"),
    "html": ("<b>Refund</b>", "<script>alert('x')</script> & <p>Hi</p> &amp; &lt;"),
    "quotes": ('He said "no"', "Back\\slash, \"quotes\", 'single', `ticks`\nand lines\t."),
    "enormous": ("x" * 2000, "ä" * 100_000),
    "only a subject": ("Where is my order?", "\u00a0"),
}


def test_odd_texts_arrive_as_they_are(desk: Freshdesk, system: System, stubs: Stubs) -> None:
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    desk.held = True
    tickets = {
        what: desk.customer_asks(body, subject=subject) for what, (subject, body) in ODD.items()
    }
    mine = desk.deliveries[-len(ODD) :]
    desk.release(mine)
    for what, (subject, body) in ODD.items():
        ticket = registered(system, tickets[what])
        assert ticket.subject == subject[:1000], what
        assert ticket.body == body.strip()[:80_000], what
        assert system.ended(f"freshdesk:{tickets[what]}")["route"] == "human", what
    assert [delivery.statuses for delivery in mine] == [[200]] * len(ODD)


def test_odd_replies_reach_the_customer_as_they_are(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    odd = "Grüße 🪴 <b>not bold</b> & \"quotes\" 'single' **stars** {{ 1 }}\n"
    odd += "[a](https://x.example) 注文"
    stubs.answers["draft"] = (200, {**samples.DRAFT, "reply": odd})
    id_ = desk.customer_asks("How long?")
    system.ended(f"freshdesk:{id_}")
    [answer] = desk.public(id_)
    assert answer["body_text"].strip() == odd
    assert "<b>" not in answer["body"]
    assert "<a " not in answer["body"]


def test_an_html_mail_is_read_as_plain_text(desk: Freshdesk, system: System) -> None:
    desk.held = True
    html = "<p>Hello,</p><p>where&nbsp;is it?<br>Ana</p>"
    id_ = desk.customer_asks("", html=html)
    assert take_in(desk, system, id_).body == "Hello,\n\nwhere is it?\nAna"


def test_a_customer_without_address_or_subject(desk: Freshdesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Call me.", subject=None, email=None)
    ticket = take_in(desk, system, id_)
    assert ticket.subject == ""
    assert ticket.requester.email is None
    assert ticket.requester.id.startswith("freshdesk:")


def test_what_the_customer_attached_is_named_for_the_human(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    desk.held = True
    id_ = desk.customer_asks("Here is a photo.")
    file = {"name": "leaf.jpg", "size": 4097, "content_type": "image/jpeg"}
    desk.account.ticket(id_)["attachments"] = [file]
    desk.release(desk.sent("customer_wrote"))
    assert system.ended(f"freshdesk:{id_}")["route"] == "review"
    assert "leaf.jpg (5 kB)" in desk.notes(id_)[0]
