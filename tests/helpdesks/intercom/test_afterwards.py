"""What Intercom in particular reports after an answer."""

import pytest

from tests.helpdesks.bed.stories import drafted, outcomes, settled
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_a_last_word_with_the_closing_is_the_lesson(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, desk, stubs)
    desk.agent_does(id_, message_type="close", body=samples.REPLY)
    settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("approved", samples.REPLY.strip())


def test_a_customer_who_is_back_before_the_report_of_the_closing_teaches_nothing(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, desk, stubs)
    desk.held = True
    desk.agent_writes(id_, "Hm.", solve=True)
    desk.customer_replies(id_, "No!")
    [closed] = desk.reports("agent_solved")
    desk.release([closed])
    assert closed.statuses == [200]
    assert stubs.bodies("corrections") == []


def test_who_comes_back_to_an_answer_from_before_deskloop(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("An old question.")
    desk.agent_writes(id_, "An old answer.", solve=True)
    desk.deliveries.clear()
    desk.held = False
    desk.customer_replies(id_, "And now?")
    settled(desk)
    assert system.ended(desk.ticket_id(id_), turn=2)["route"] == "auto_sent"
    assert [o["kind"] for o in outcomes(system, desk, id_)] in ([], ["customer_replied"])
