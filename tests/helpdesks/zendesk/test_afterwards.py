"""What happens in Zendesk after an answer comes back: corrections and outcomes."""

from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.system import System
from tests.helpdesks.zendesk.standin.hooks import Delivery
from tests.helpdesks.zendesk.standin.zendesk import Zendesk
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def drafted(desk: Zendesk, system: System, stubs: Stubs) -> int:
    """A ticket whose draft waits for a human."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    id_ = desk.customer_asks("How long does a refund take?")
    system.ended(f"zendesk:{id_}")
    desk.settle()
    desk.deliveries.clear()
    return id_


def answered(desk: Zendesk, system: System) -> int:
    """A ticket that was answered automatically."""
    id_ = desk.customer_asks("How long does a refund take?")
    system.ended(f"zendesk:{id_}")
    desk.settle()
    desk.deliveries.clear()
    return id_


def outcomes(system: System, id_: int) -> list[dict[str, Any]]:
    return list(system.history(f"zendesk:{id_}")["outcomes"])


def settled(desk: Zendesk) -> list[Delivery]:
    desk.settle()
    assert all(delivery.statuses[-1] == 200 for delivery in desk.deliveries)
    return desk.deliveries


def test_the_reply_that_solved_a_ticket_is_a_lesson(
    desk: Zendesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_writes(id_, "Five working days, Ana.", status="solved")
    [solved] = settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["ai_draft"]) == ("edited", samples.REPLY)
    assert kept["human_resolution"] == "Five working days, Ana."
    assert (kept["category"], kept["agent_id"]) == ("billing", "maya@acme.example")
    assert kept["ticket_text"] == "Refund\n\nHow long does a refund take?"
    assert kept["citations"] == samples.DRAFT["citations"]
    solved.send()
    assert len(stubs.bodies("corrections")) == 1, "the same reply teaches once"
    event = system.event(f"zendesk:{id_}", "correction_recorded")
    assert event["detail"]["correction_id"] == "c1"


def test_a_ticket_solved_without_words_teaches_the_last_reply(
    desk: Zendesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_writes(id_, samples.REPLY)
    desk.customer_replies(id_, "Thanks!")
    desk.agent_writes(id_, "He is nice.", public=False)
    assert stubs.bodies("corrections") == []
    desk.agent_sets(id_, status="solved")
    settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("approved", samples.REPLY.strip())


def test_what_teaches_nothing(desk: Zendesk, system: System, stubs: Stubs) -> None:
    unknown = desk.account.create({"subject": "Old", "description": "Old"}, desk.maya)["id"]
    desk.agent_writes(unknown, "From before Deskloop.", status="solved")
    by_us = answered(desk, system)
    desk.agent_sets(by_us, status="open")
    desk.agent_sets(by_us, status="solved", assignee_id=desk.maya["id"])
    settled(desk)
    assert stubs.bodies("corrections") == []


def test_a_lesson_that_cannot_be_kept_is_asked_for_again(
    desk: Zendesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    stubs.answers["corrections"] = (503, {})
    desk.agent_writes(id_, "Five days.", status="solved")
    desk.settle()
    [solved] = desk.deliveries
    assert set(solved.statuses) == {503}
    stubs.answers["corrections"] = samples.ANSWERS["corrections"]
    solved.statuses.clear()
    solved.send()
    assert solved.statuses == [200]
    assert system.event(f"zendesk:{id_}", "correction_recorded")


def test_a_rating_is_an_outcome_and_a_changed_one_another(desk: Zendesk, system: System) -> None:
    id_ = answered(desk, system)
    desk.customer_rates(id_, "bad", "Too short")
    [rated] = settled(desk)
    rated.send()
    [bad] = outcomes(system, id_)
    assert (bad["kind"], bad["score"], bad["turn"]) == ("csat", 0.0, 1)
    assert "Too short" not in str(bad)
    desk.customer_rates(id_, "good")
    settled(desk)
    assert [(o["kind"], o["score"]) for o in outcomes(system, id_)][1:] == [("csat", 1.0)]


def test_a_customer_who_comes_back_and_an_agent_who_opens_again(
    desk: Zendesk, system: System
) -> None:
    by_customer, by_agent = answered(desk, system), answered(desk, system)
    desk.customer_replies(by_customer, "That did not help.")
    desk.agent_sets(by_agent, status="open")
    settled(desk)
    [replied] = outcomes(system, by_customer)
    assert (replied["kind"], replied["turn"]) == ("customer_replied", 1)
    [opened] = outcomes(system, by_agent)
    assert (opened["kind"], opened["turn"]) == ("reopened", 1)
    assert [turn["turn"] for turn in system.history(f"zendesk:{by_customer}")["turns"]] == [1, 2]
    assert [turn["turn"] for turn in system.history(f"zendesk:{by_agent}")["turns"]] == [1]
