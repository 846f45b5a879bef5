"""What Intercom's conversations in particular are as tickets."""

import pytest

from tests.helpdesks.bed.stories import registered
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.intercom import Intercom

pytestmark = pytest.mark.n8n


def test_a_subject_is_html_and_a_time_a_number(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("How long?", subject="<p>Refund</p>")
    desk.release()
    ticket = registered(system, desk, id_)
    assert ticket.subject == "Refund"
    assert ticket.created_at.timestamp() == desk.conversation(id_)["created_at"]


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
    ticket = registered(system, desk, id_)
    assert [(turn.author, turn.body) for turn in ticket.thread] == [
        ("agent", "Do you still need help?")
    ]
    assert (ticket.body, ticket.requester.email) == ("Yes, please.", "ana@example.com")


def test_a_picture_without_words_and_a_customer_without_address(
    desk: Intercom, system: System
) -> None:
    desk.held = True
    id_ = desk.customer_asks("", subject=None, email=None, html="")
    source = desk.conversation(id_)["source"]
    source["body"] = ""
    source["attachments"] = [{"type": "upload", "name": "leaf.png", "url": "https://x.example/1"}]
    desk.release()
    ticket = registered(system, desk, id_)
    assert (ticket.subject, ticket.body) == ("", "")
    assert (ticket.requester.email, ticket.requester.name) == (None, None)
    assert ticket.requester.id == f"intercom:{source['author']['id']}"
