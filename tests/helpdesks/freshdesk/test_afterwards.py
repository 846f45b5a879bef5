"""What happens in Freshdesk after an answer comes back: corrections and outcomes."""

from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.system import System
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.hooks import Delivery
from tests.helpdesks.freshdesk.standin.state import CLOSED, OPEN, RESOLVED
from tests.workflows import samples
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def drafted(desk: Freshdesk, system: System, stubs: Stubs) -> int:
    """A ticket whose draft waits for a human."""
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    return answered(desk, system)


def answered(desk: Freshdesk, system: System) -> int:
    """A ticket that was answered automatically."""
    id_ = desk.customer_asks("How long does a refund take?")
    system.ended(f"freshdesk:{id_}")
    desk.settle()
    desk.deliveries.clear()
    return id_


def outcomes(system: System, id_: int) -> list[dict[str, Any]]:
    return list(system.history(f"freshdesk:{id_}")["outcomes"])


def settled(desk: Freshdesk) -> list[Delivery]:
    desk.settle()
    assert [delivery.statuses[-1] for delivery in desk.deliveries] == [200] * len(desk.deliveries)
    return desk.deliveries


def test_the_reply_that_resolved_a_ticket_is_a_lesson(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_writes(id_, "Five working days, Ana.", status=RESOLVED)
    [resolved] = settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["ai_draft"]) == ("edited", samples.REPLY)
    assert kept["human_resolution"] == "Five working days, Ana."
    assert (kept["category"], kept["agent_id"]) == ("billing", "maya@acme.example")
    assert kept["ticket_text"] == "Refund\n\nHow long does a refund take?"
    assert kept["citations"] == samples.DRAFT["citations"]
    resolved.send()
    desk.agent_sets(id_, status=CLOSED)
    settled(desk)
    assert len(stubs.bodies("corrections")) == 1, "the same reply teaches once"
    event = system.event(f"freshdesk:{id_}", "correction_recorded")
    assert event["detail"]["correction_id"] == "c1"


def test_a_ticket_resolved_without_words_teaches_the_last_reply(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_writes(id_, samples.REPLY)
    desk.customer_replies(id_, "Thanks!")
    desk.agent_writes(id_, "He is nice.", public=False)
    assert stubs.bodies("corrections") == []
    desk.account.pressure.fail("GET", f"/agents/{desk.maya['id']}", 403, times=3)
    desk.agent_sets(id_, status=RESOLVED)
    settled(desk)
    [kept] = stubs.bodies("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("approved", samples.REPLY.strip())
    assert kept["agent_id"] == f"freshdesk:{desk.maya['id']}", "not allowed to ask for the name"


def test_what_teaches_nothing(desk: Freshdesk, system: System, stubs: Stubs) -> None:
    old = {"email": "ana@example.com", "description": "Old", "status": OPEN, "priority": 1}
    unknown = desk.account.create(old)["id"]
    desk.account.changes.clear()
    desk.agent_writes(unknown, "From before Deskloop.", status=RESOLVED)
    by_us = answered(desk, system)
    desk.agent_sets(by_us, status=OPEN)
    desk.agent_sets(by_us, status=RESOLVED)
    settled(desk)
    assert stubs.bodies("corrections") == []


def test_a_lesson_that_cannot_be_kept_is_asked_for_again(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    stubs.answers["corrections"] = (503, {})
    desk.agent_writes(id_, "Five days.", status=RESOLVED)
    desk.settle()
    [resolved] = desk.deliveries
    assert resolved.statuses == [503]
    stubs.answers["corrections"] = samples.ANSWERS["corrections"]
    resolved.send()
    assert resolved.statuses == [503, 200]
    assert system.event(f"freshdesk:{id_}", "correction_recorded")


def test_a_rating_is_an_outcome_and_another_one_another(desk: Freshdesk, system: System) -> None:
    id_ = answered(desk, system)
    desk.customer_rates(id_, -103, "Too short")
    [rated] = settled(desk)
    rated.send()
    [bad] = outcomes(system, id_)
    assert (bad["kind"], bad["score"], bad["turn"]) == ("csat", 0.0, 1)
    assert "Too short" not in str(bad)
    for value in (103, 100, 101, -101):
        desk.customer_rates(id_, value)
        settled(desk)
    scores = [round(o["score"], 2) for o in outcomes(system, id_)]
    assert scores == [0.0, 1.0, 0.5, 0.67, 0.33]


def test_a_rating_that_cannot_be_read_is_asked_for_again(desk: Freshdesk, system: System) -> None:
    id_ = answered(desk, system)
    desk.account.pressure.fail("GET", "/satisfaction_ratings", 500, times=3)
    desk.customer_rates(id_, 103)
    desk.settle()
    [rated] = desk.deliveries
    assert rated.statuses == [503]
    assert outcomes(system, id_) == []
    rated.send()
    assert [o["score"] for o in outcomes(system, id_)] == [1.0]


def test_a_customer_who_comes_back_and_an_agent_who_opens_again(
    desk: Freshdesk, system: System
) -> None:
    by_customer, by_agent = answered(desk, system), answered(desk, system)
    desk.customer_replies(by_customer, "That did not help.")
    desk.agent_sets(by_agent, status=OPEN)
    for delivery in list(settled(desk)):
        delivery.send()
    [replied] = outcomes(system, by_customer)
    assert (replied["kind"], replied["turn"]) == ("customer_replied", 1)
    [opened] = outcomes(system, by_agent)
    assert (opened["kind"], opened["turn"]) == ("reopened", 1)
    assert [t["turn"] for t in system.history(f"freshdesk:{by_customer}")["turns"]] == [1, 2]
    assert [t["turn"] for t in system.history(f"freshdesk:{by_agent}")["turns"]] == [1]


def test_an_answer_to_an_agent_s_question_contests_nothing(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    id_ = drafted(desk, system, stubs)
    desk.agent_writes(id_, "Which order?", status=3)
    desk.customer_replies(id_, "Number 7.")
    settled(desk)
    assert outcomes(system, id_) == []
    assert system.ended(f"freshdesk:{id_}", turn=2)
