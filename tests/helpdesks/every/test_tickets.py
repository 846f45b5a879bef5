"""What customers write in any helpdesk reaches every step as a ticket, whatever it is."""

import pytest

from tests.helpdesks.bed.desk import Desk, VendorDesk
from tests.helpdesks.bed.stories import answered, end_of, for_a_human, for_review, registered
from tests.helpdesks.bed.system import System
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def test_a_ticket_in_the_neutral_form(vendor: VendorDesk, system: System) -> None:
    vendor.held = True
    id_ = vendor.customer_asks("How long?", subject="Refund")
    vendor.release()
    ticket = registered(system, vendor, id_)
    assert (ticket.id, ticket.source) == (vendor.ticket_id(id_), vendor.source)
    assert (ticket.subject, ticket.body, ticket.thread) == ("Refund", "How long?", [])
    assert ticket.requester.id == ticket.requester.email == "ana@example.com"
    told = {"name": ticket.requester.name, "locale": ticket.requester.locale}
    assert told | {"metadata": ticket.metadata} == vendor.known_as(id_)


def test_a_thread_with_all_who_spoke_and_without_the_rest(
    vendor: VendorDesk, system: System
) -> None:
    id_ = answered(system, vendor)
    vendor.held = True
    vendor.agent_writes(id_, "She is nice.", public=False)
    vendor.says_besides(id_)
    vendor.agent_writes(id_, "Anything else?")
    vendor.customer_replies(id_, "Yes: where is it?")
    vendor.release()
    ticket = registered(system, vendor, id_)
    assert ticket.body == "Yes: where is it?"
    assert [turn.author for turn in ticket.thread] == ["customer", "bot", "agent"]
    assert ticket.thread[2].body == "Anything else?"
    assert ticket.metadata == vendor.known_as(id_)["metadata"]


def test_a_long_conversation_is_read_whole(vendor: VendorDesk, system: System) -> None:
    vendor.held = True
    id_ = vendor.customer_asks("Message 0")
    last = vendor.many - 1
    for number in range(1, vendor.many):
        vendor.customer_replies(id_, f"Message {number}")
    vendor.release(vendor.deliveries[-1:])
    ticket = registered(system, vendor, id_)
    assert ticket.body == f"Message {last}"
    assert [turn.body for turn in ticket.thread] == [f"Message {n}" for n in range(last)]


def with_plain_spaces(text: str) -> str:
    """Some helpdesks make plain text of their HTML, and plain spaces of those that do not break."""
    return text.replace("\u00a0", " ")


ODD = {
    "unicode": ("Größe 注文 طلب", "Grüße 🪴👩‍🌾 – „ok“ \u202e\u200b {{ $json }} ${x} 注文番号"),
    # three such letters in a row, and n8n takes an answer for Chinese unless it is told what it is
    "latin letters in a row": ("ÄÖÜ äöü", "Votre article «\u00a0à l’étape\u00a0» ÄÖÜ éèê ßäö"),
    "html": ("a & b", "<script>alert('x')</script> & <p>Hi</p> &amp; &lt;"),
    "quotes": ('He said "no"', "Back\\slash, \"quotes\", 'single', `ticks`\nand lines."),
    "enormous": ("x" * 2000, "ä" * 100_000),
}


def test_odd_texts_arrive_as_they_are(vendor: VendorDesk, system: System, stubs: Stubs) -> None:
    for_a_human(stubs)
    vendor.held = True
    odd = ODD | vendor.odd_texts
    tickets = {what: vendor.customer_asks(body, subject) for what, (subject, body) in odd.items()}
    vendor.release()
    for what, (subject, body) in odd.items():
        ticket = registered(system, vendor, tickets[what])
        assert ticket.subject == subject[:1000], what
        assert with_plain_spaces(ticket.body) == with_plain_spaces(body.strip()[:80_000]), what
        assert end_of(system, vendor, tickets[what])[0] == "human", what
    assert [d.statuses for d in vendor.reports("customer_wrote")] == [[200]] * len(odd)


REPLIES = {
    "markup": "Use <b>5 & 6</b>, \"quotes\" 'single' **stars** [a](https://x.example) {{ 1 }}",
    "unicode": "Grüße 🪴 注文\n\nدعم",
    "enormous": "Größe! " * 9_000,
}


def test_odd_replies_reach_the_customer_as_they_are(
    desk: Desk, system: System, stubs: Stubs
) -> None:
    def draft(call: Call) -> Answer:
        return 200, samples.DRAFT | {"reply": REPLIES[call.body["ticket"]["subject"]]}

    stubs.answers["draft"] = draft
    desk.held = True
    tickets = {what: desk.customer_asks(subject=what) for what in REPLIES}
    desk.release()
    for what, reply in REPLIES.items():
        assert end_of(system, desk, tickets[what])[0] == "auto_sent", what
        assert [said.strip() for said in desk.public(tickets[what])] == [reply.strip()], what


def test_html_is_read_as_plain_text(vendor: VendorDesk, system: System) -> None:
    vendor.held = True
    id_ = vendor.customer_asks("", html="<p>Hello,</p><p>where&nbsp;is it?<br>Ana</p>")
    vendor.release()
    read = registered(system, vendor, id_).body
    assert with_plain_spaces(read) == "Hello,\n\nwhere is it?\nAna"


def test_a_customer_without_address_or_subject(vendor: VendorDesk, system: System) -> None:
    vendor.held = True
    id_ = vendor.customer_asks("Call me.", subject=None, email=None)
    vendor.release()
    ticket = registered(system, vendor, id_)
    assert ticket.subject == ""
    assert ticket.requester.email is None
    assert ticket.requester.id.startswith(f"{vendor.source}:")


def test_what_the_customer_attached_is_named_for_the_human(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    for_review(stubs)
    vendor.held = True
    id_ = vendor.customer_asks("Here is a photo.")
    vendor.customer_attaches(id_, "leaf.jpg", 4097)
    vendor.customer_replies(id_, "And two more.")
    vendor.customer_attaches(id_, "ro`ot 🌱.png", 1)
    vendor.customer_attaches(id_, "nothing.txt", 0)
    vendor.release(vendor.deliveries[-1:])
    assert end_of(system, vendor, id_, turn=2)[0] == "review"
    files = ["leaf.jpg (5 kB)", "ro`ot 🌱.png (1 kB)", "nothing.txt (0 kB)"]
    assert registered(system, vendor, id_).metadata["attachments"] == files
    [note] = vendor.notes(id_)
    assert "Attachments, not read" in note
    for file in files:
        assert file.replace("`", "") in note, "no name breaks out of its place"
