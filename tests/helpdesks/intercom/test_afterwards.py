"""What happens in Intercom after an answer comes back: corrections and outcomes."""

from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.hooks import Delivery
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def drafted(desk: Intercom, system: System, stubs: Stubs) -> str:
    """A conversation whose draft waits for a human."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    return answered(desk, system)


def answered(desk: Intercom, system: System) -> str:
    """A conversation that was answered automatically."""
    id_ = desk.customer_asks("How long does a refund take?")
    system.ended(f"intercom:{id_}")
    desk.settle()
    desk.deliveries.clear()
    return id_


def outcomes(system: System, id_: str) -> list[dict[str, Any]]:
    return list(system.history(f"intercom:{id_}")["outcomes"])


def settled(desk: Intercom) -> list[Delivery]:
    desk.settle()
    assert all(delivery.statuses[-1] == 200 for delivery in desk.deliveries)
    return desk.deliveries


def test_the_reply_before_an_agent_closed_is_a_lesson(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_writes(id_, "Five working days, Ana.")
    desk.agent_writes(id_, "She is nice.", public=False)
    assert stubs.bodies("corrections") == []
    desk.agent_does(id_, message_type="close")
    [closed] = settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["ai_draft"]) == ("edited", samples.REPLY)
    assert kept["human_resolution"] == "Five working days, Ana."
    assert (kept["category"], kept["agent_id"]) == ("billing", "maya@acme.example")
    assert kept["ticket_text"] == "\n\nHow long does a refund take?"
    assert kept["citations"] == samples.DRAFT["citations"]
    closed.send()
    assert len(stubs.bodies("corrections")) == 1, "the same reply teaches once"
    event = system.event(f"intercom:{id_}", "correction_recorded")
    assert event["detail"]["correction_id"] == "c1"


def test_a_last_word_with_the_closing_is_the_lesson(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_does(id_, message_type="close", body=samples.REPLY)
    settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("approved", samples.REPLY.strip())


def test_what_teaches_nothing(desk: Intercom, system: System, stubs: Stubs) -> None:
    desk.held = True
    unknown = desk.customer_asks("From before Deskloop.")
    desk.deliveries.clear()
    desk.held = False
    desk.agent_writes(unknown, "Hello.", close=True)
    by_us = answered(desk, system)
    desk.agent_does(by_us, message_type="open")
    desk.agent_does(by_us, message_type="close")
    opened_again = drafted(desk, system, stubs)
    desk.held = True
    desk.agent_writes(opened_again, "Hm.", close=True)
    desk.customer_replies(opened_again, "No!")
    desk.release([d for d in desk.deliveries if d.topic.endswith("closed") and not d.statuses])
    assert stubs.bodies("corrections") == []


def test_a_lesson_that_cannot_be_kept_is_asked_for_again(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    stubs.answers["corrections"] = (503, {})
    desk.agent_writes(id_, "Five days.", close=True)
    desk.settle()
    [closed] = desk.deliveries
    assert closed.statuses == [503, 503]
    stubs.answers["corrections"] = samples.ANSWERS["corrections"]
    closed.send()
    assert closed.statuses[2:] == [200]
    assert system.event(f"intercom:{id_}", "correction_recorded")


def test_a_rating_is_an_outcome_and_a_changed_one_another(desk: Intercom, system: System) -> None:
    id_ = answered(desk, system)
    desk.customer_rates(id_, 2, "Too short")
    [rated] = settled(desk)
    rated.send()
    [bad] = outcomes(system, id_)
    assert (bad["kind"], bad["score"], bad["turn"]) == ("csat", 0.25, 1)
    assert "Too short" not in str(bad)
    desk.customer_rates(id_, 5)
    settled(desk)
    assert [(o["kind"], o["score"]) for o in outcomes(system, id_)][1:] == [("csat", 1.0)]


def test_a_customer_who_comes_back_and_an_agent_who_opens_again(
    desk: Intercom, system: System
) -> None:
    by_customer, by_agent = answered(desk, system), answered(desk, system)
    desk.customer_replies(by_customer, "That did not help.")
    desk.agent_does(by_agent, message_type="open")
    for delivery in settled(desk):
        delivery.send()
    [replied] = outcomes(system, by_customer)
    assert (replied["kind"], replied["turn"]) == ("customer_replied", 1)
    [opened] = outcomes(system, by_agent)
    assert (opened["kind"], opened["turn"]) == ("reopened", 1)
    assert [turn["turn"] for turn in system.history(f"intercom:{by_customer}")["turns"]] == [1, 2]
    assert [turn["turn"] for turn in system.history(f"intercom:{by_agent}")["turns"]] == [1]


def test_who_comes_back_to_an_answer_from_before_deskloop(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("An old question.")
    desk.agent_writes(id_, "An old answer.", close=True)
    desk.deliveries.clear()
    desk.held = False
    desk.customer_replies(id_, "And now?")
    settled(desk)
    assert system.ended(f"intercom:{id_}", turn=2)["route"] == "auto_sent"
    assert [o["kind"] for o in outcomes(system, id_)] in ([], ["customer_replied"])
