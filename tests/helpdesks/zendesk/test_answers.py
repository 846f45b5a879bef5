"""How Zendesk in particular is answered."""

import pytest

from tests.helpdesks.bed.stories import end_of
from tests.helpdesks.bed.system import System
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
