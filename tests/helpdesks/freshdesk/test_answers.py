"""How Freshdesk in particular is answered: by calls that it cannot refuse or undo together."""

import pytest

from tests.helpdesks.bed.stories import drafted, end_of, event
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.waiting import wait_until
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk, html_of
from tests.helpdesks.freshdesk.standin.state import OPEN
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_who_answered_has_the_ticket(desk: Freshdesk, system: System) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, desk, id_) == ("auto_sent", [])
    assert desk.ticket(id_)["responder_id"] == desk.bot["id"]
    assert desk.by_bot(id_)[0]["body"] == html_of(samples.REPLY)


def test_a_note_links_what_the_draft_cites(desk: Freshdesk, system: System, stubs: Stubs) -> None:
    [noted] = desk.by_bot(drafted(system, desk, stubs))
    assert '<a href="https://help.example/refunds">Refunds</a>' in noted["body"]


def test_who_writes_in_the_moment_of_the_reply_keeps_the_ticket_open(
    desk: Freshdesk, system: System
) -> None:
    """Freshdesk cannot refuse our reply, so the reading back has to notice."""
    pressure = desk.account.pressure
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure.fail("POST", f"/tickets/{id_}/reply", None, seconds=0.7)
    desk.release()
    posting = f"POST /api/v2/tickets/{id_}/reply"
    wait_until(lambda: posting in pressure.calls, "the reply")
    desk.agent_writes(id_, "I take this one.")
    assert end_of(system, desk, id_) == ("auto_sent", [])
    assert [said["user_id"] for said in desk.said(id_)] == [desk.maya["id"], desk.bot["id"]]
    ticket = desk.ticket(id_)
    assert (ticket["status"], ticket["responder_id"]) == (OPEN, desk.maya["id"])
    assert event(system, desk, id_, "posted")["crossed"] is True


def test_agents_are_told_of_a_reply_that_nobody_can_confirm(
    desk: Freshdesk, system: System
) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure = desk.account.pressure
    pressure.fail("POST", f"/tickets/{id_}/reply", 504, after=True)
    # taken in and looked at again: then the conversation cannot be read for a while
    pressure.fail("GET", f"/tickets/{id_}/conversations", 500, times=3, skip=2)
    desk.release()
    assert end_of(system, desk, id_) == ("human", ["not_posted"])
    assert desk.public(id_) == [samples.REPLY]
    assert desk.ticket(id_)["status"] == OPEN
    assert "did not confirm the reply" in desk.notes(id_)[0]


def test_a_ticket_that_cannot_be_resolved_stays_open_with_its_reply(
    desk: Freshdesk, system: System
) -> None:
    """An account may demand fields before a ticket is resolved."""
    desk.account.required_to_resolve.append("type")
    try:
        id_ = desk.customer_asks("Where is it?")
        assert end_of(system, desk, id_) == ("auto_sent", [])
    finally:
        desk.account.required_to_resolve.clear()
    assert len(desk.public(id_)) == 1
    assert desk.ticket(id_)["status"] == OPEN
    detail = event(system, desk, id_, "posted")
    assert detail["problem"] == "The ticket could not be changed (400)."
