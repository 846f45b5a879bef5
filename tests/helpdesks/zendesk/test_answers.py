"""How Zendesk in particular is answered."""

import pytest

from tests.helpdesks.bed.stories import end_of
from tests.helpdesks.bed.system import Edit, System, run_workflow
from tests.helpdesks.bed.waiting import wait_until
from tests.helpdesks.zendesk.standin.zendesk import Zendesk

pytestmark = pytest.mark.n8n


def test_who_answered_has_the_ticket(desk: Zendesk, system: System) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, desk, id_) == ("auto_sent", [])
    assert desk.ticket(id_)["assignee_id"] == desk.bot["id"]


def test_an_agent_between_the_look_and_the_reply_is_noticed_by_zendesk(
    desk: Zendesk, system: System
) -> None:
    pressure = desk.account.pressure
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure.fail("PUT", f"/tickets/{id_}", None, seconds=0.7)
    desk.release()
    wait_until(lambda: f"PUT /api/v2/tickets/{id_}" in pressure.calls, "the reply")
    desk.agent_writes(id_, "I take this one.")
    assert end_of(system, desk, id_) == ("human", ["not_posted"])
    assert desk.by_bot(id_) == []


def odd(desk: Zendesk) -> int:
    """A ticket in which somebody wrote who is not among the users that Zendesk hands over."""
    id_ = desk.customer_asks("Hello?")
    desk.agent_writes(id_, "Merged by the system.")
    desk.said(id_)[-1]["author_id"] = -1
    desk.customer_replies(id_, "And now?")
    return id_


def test_a_comment_of_nobody_known_keeps_no_ticket_out(
    desk: Zendesk, system: System, settings: Edit
) -> None:
    desk.held = True
    missed = odd(desk)
    desk.leave_only(missed)
    settings(reconcile_after_minutes=-60)
    done = run_workflow(system, "reconcile-zendesk", "Every three minutes")
    assert done["status"] == "success"
    assert end_of(system, desk, missed, turn=2)[0] == "auto_sent"
    told = odd(desk)
    desk.release()
    assert end_of(system, desk, told, turn=2)[0] == "auto_sent"
