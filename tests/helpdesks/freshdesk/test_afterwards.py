"""What Freshdesk in particular reports after an answer."""

from typing import Any

import pytest

from tests.helpdesks.bed.stories import answered, drafted, outcomes, settled
from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.state import CLOSED
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_a_resolved_ticket_that_is_closed_teaches_once(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, desk, stubs)
    desk.agent_writes(id_, "Five working days, Ana.", solve=True)
    desk.agent_sets(id_, status=CLOSED)
    assert len(settled(desk)) == 2
    assert len(stubs.bodies("corrections")) == 1


@pytest.mark.parametrize("answer", [{"status": 403, "times": 3}, {"status": 200, "says": []}])
def test_an_agent_whose_name_we_may_not_ask_for_has_a_number(
    desk: Freshdesk, system: System, stubs: Stubs, answer: dict[str, Any]
) -> None:
    id_ = drafted(system, desk, stubs)
    desk.fail(("GET", "/agents/{id}"), desk.maya["id"], **answer)
    desk.agent_writes(id_, "Five days.", solve=True)
    settled(desk)
    [kept] = stubs.bodies("corrections")
    assert kept["agent_id"] == f"freshdesk:{desk.maya['id']}"


def test_a_rating_that_cannot_be_read_is_asked_for_again(desk: Freshdesk, system: System) -> None:
    id_ = answered(system, desk)
    desk.account.pressure.fail("GET", "/satisfaction_ratings", 500, times=3)
    desk.customer_rates(id_, 103)
    desk.settle()
    [rated] = desk.deliveries
    assert rated.statuses == [503]
    assert outcomes(system, desk, id_) == []
    rated.send()
    assert [o["score"] for o in outcomes(system, desk, id_)] == [1.0]
