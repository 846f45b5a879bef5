"""What happens after an answer comes back from any helpdesk: corrections and outcomes."""

import pytest

from tests.helpdesks.bed.desk import VendorDesk
from tests.helpdesks.bed.stories import (
    all_answered,
    answered,
    drafted,
    end_of,
    event,
    outcomes,
    settled,
    turns,
)
from tests.helpdesks.bed.system import System
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_the_reply_that_solved_a_ticket_is_a_lesson(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, vendor, stubs)
    vendor.agent_writes(id_, "Five working days, Ana.", solve=True)
    [solved] = settled(vendor)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["ai_draft"]) == ("edited", samples.REPLY)
    assert kept["human_resolution"] == "Five working days, Ana."
    assert (kept["category"], kept["agent_id"]) == ("billing", "maya@acme.example")
    assert kept["ticket_text"] == "Refund\n\nHow long does a refund take?"
    assert kept["citations"] == samples.DRAFT["citations"]
    solved.send()
    assert len(stubs.bodies("corrections")) == 1, "the same reply teaches once"
    assert event(system, vendor, id_, "correction_recorded")["correction_id"] == "c1"


def test_a_ticket_solved_without_words_teaches_the_last_reply(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, vendor, stubs)
    vendor.agent_writes(id_, samples.REPLY)
    vendor.customer_replies(id_, "Thanks!")
    vendor.agent_writes(id_, "She is nice.", public=False)
    assert stubs.bodies("corrections") == []
    vendor.agent_solves(id_)
    settled(vendor)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("approved", samples.REPLY.strip())


def test_what_teaches_nothing(vendor: VendorDesk, system: System, stubs: Stubs) -> None:
    vendor.held = True
    unknown = vendor.customer_asks("From before Deskloop.")
    vendor.deliveries.clear()
    vendor.held = False
    vendor.agent_writes(unknown, "Hello.", solve=True)
    by_us = answered(system, vendor)
    vendor.agent_opens(by_us)
    vendor.agent_solves(by_us)
    assert settled(vendor) != []
    assert stubs.bodies("corrections") == []


def test_a_lesson_that_cannot_be_kept_is_asked_for_again(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, vendor, stubs)
    stubs.answers["corrections"] = (503, {})
    vendor.agent_writes(id_, "Five days.", solve=True)
    vendor.settle()
    [solved] = vendor.deliveries
    assert set(solved.statuses) == {503}
    stubs.answers["corrections"] = samples.ANSWERS["corrections"]
    solved.send()
    assert solved.statuses[-1] == 200
    assert event(system, vendor, id_, "correction_recorded")


def test_every_rating_is_an_outcome(vendor: VendorDesk, system: System) -> None:
    (worst, lowest), *others = vendor.ratings
    id_ = answered(system, vendor)
    vendor.customer_rates(id_, worst, "Too short")
    [rated] = settled(vendor)
    rated.send()
    [bad] = outcomes(system, vendor, id_)
    assert (bad["kind"], bad["score"], bad["turn"]) == ("csat", lowest, 1)
    assert "Too short" not in str(bad)
    for rating, _ in others:
        vendor.customer_rates(id_, rating)
        settled(vendor)
    scores = [round(outcome["score"], 2) for outcome in outcomes(system, vendor, id_)]
    assert scores == [score for _, score in vendor.ratings]


def test_a_customer_who_comes_back_and_an_agent_who_opens_again(
    vendor: VendorDesk, system: System
) -> None:
    by_customer, by_agent = all_answered(system, vendor, 2)
    vendor.customer_replies(by_customer, "That did not help.")
    vendor.agent_opens(by_agent)
    for delivery in list(settled(vendor)):
        delivery.send()
    [replied] = outcomes(system, vendor, by_customer)
    assert (replied["kind"], replied["turn"]) == ("customer_replied", 1)
    [opened] = outcomes(system, vendor, by_agent)
    assert (opened["kind"], opened["turn"]) == ("reopened", 1)
    assert (turns(system, vendor, by_customer), turns(system, vendor, by_agent)) == ([1, 2], [1])


def test_an_answer_to_an_agents_question_contests_nothing(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(system, vendor, stubs)
    vendor.agent_asks_back(id_, "Which order?")
    vendor.customer_replies(id_, "Number 7.")
    settled(vendor)
    assert outcomes(system, vendor, id_) == []
    assert end_of(system, vendor, id_, turn=2)
