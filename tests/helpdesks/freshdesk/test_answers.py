"""New tickets in Freshdesk, answered or handed over by the unmodified workflows."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import HOSTS
from tests.helpdesks.bed.waiting import wait_until
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk, html_of
from tests.helpdesks.freshdesk.standin.state import OPEN, RESOLVED
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def end_of(system: System, id_: int, turn: int = 1) -> tuple[str, list[str]]:
    """Wait for the end of a ticket; returns its route and the rules that led there."""
    end = system.ended(f"freshdesk:{id_}", turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_new_ticket_is_answered_and_resolved(
    desk: Freshdesk, system: System, proxy: Proxy
) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, id_) == ("auto_sent", [])
    ticket = desk.ticket(id_)
    assert (ticket["status"], ticket["responder_id"]) == (RESOLVED, desk.bot["id"])
    assert ticket["tags"] == ["deskloop_answered", "lang_en"]
    [answer] = desk.public(id_)
    assert (answer["body"], answer["user_id"]) == (html_of(samples.REPLY), desk.bot["id"])
    assert desk.notes(id_) == []
    detail = system.event(f"freshdesk:{id_}", "posted")["detail"]
    assert detail == {"comment_id": answer["id"], "found": True}
    [asked] = desk.sent("customer_wrote")
    assert asked.statuses == [200]
    assert set(proxy.asked) <= {*HOSTS, "example.com"}, "n8n asks nobody else"


def test_a_draft_to_review_and_a_ticket_for_a_human_are_notes(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    review = desk.customer_asks("How long does a refund take?")
    assert end_of(system, review) == ("review", [])
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    human = desk.customer_asks("My lawyer will write to you.")
    assert end_of(system, human) == ("human", ["legal_or_fraud"])
    for id_, tag, group, words in (
        (review, "deskloop_review", desk.support, "drafted a reply"),
        (human, "deskloop_human", desk.billing, "The customer mentions a lawyer."),
    ):
        ticket = desk.ticket(id_)
        assert (ticket["tags"], ticket["group_id"]) == ([tag, "lang_en"], group["id"])
        assert (ticket["status"], ticket["priority"]) == (OPEN, 3)
        assert desk.public(id_) == []
        [note] = desk.notes(id_)
        assert words in note
    assert samples.REPLY.splitlines()[2] in desk.notes(review)[0]
    [noted] = desk.by_bot(review)
    assert '<a href="https://help.example/refunds">Refunds</a>' in noted["body"]


def test_a_priority_is_never_lowered_and_other_tags_stay(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.agent_sets(id_, priority=4, tags=["vip"])
    desk.release(desk.sent("customer_wrote"))
    end_of(system, id_)
    ticket = desk.ticket(id_)
    assert (ticket["priority"], ticket["tags"]) == (4, ["vip", "deskloop_review", "lang_en"])


MEANWHILE: dict[str, Callable[[Freshdesk, int], object]] = {
    "answered": lambda desk, id_: desk.agent_writes(id_, "I take this one."),
    "resolved": lambda desk, id_: desk.agent_sets(id_, status=RESOLVED),
    "merged": lambda desk, id_: desk.account.merge(1, [id_]),
    "in the bin": lambda desk, id_: desk.ticket(id_).update(deleted=True),
    "spam": lambda desk, id_: desk.ticket(id_).update(spam=True),
    "deleted": lambda desk, id_: desk.account.tickets.pop(id_),
}


def test_a_human_who_was_faster_wins(desk: Freshdesk, system: System, stubs: Stubs) -> None:
    todo: dict[str, Callable[[], object]] = {}

    def interfere(call: Call) -> Answer:
        todo.pop(call.body["ticket"]["subject"])()
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    desk.held = True
    tickets = {what: desk.customer_asks("Where is it?", subject=what) for what in MEANWHILE}
    for what, id_ in tickets.items():
        todo[what] = lambda act=MEANWHILE[what], id_=id_: act(desk, id_)  # type: ignore[misc]
    desk.release(desk.sent("customer_wrote"))
    for what, id_ in tickets.items():
        assert end_of(system, id_) == ("human", ["not_posted"]), what
        assert desk.by_bot(id_) == [], what
    history = system.history(f"freshdesk:{tickets['answered']}")
    assert history["claims"] == []


def test_a_customer_who_writes_again_gets_one_answer_to_all(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    written = threading.Event()

    def interfere(call: Call) -> Answer:
        if not written.is_set():
            written.set()
            desk.customer_replies(id_, "And where is my invoice?")
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.release(desk.sent("customer_wrote"))
    assert end_of(system, id_, turn=2)[0] == "auto_sent"
    [answer] = desk.by_bot(id_)
    assert not answer["private"]
    assert desk.notes(id_) == []


def test_who_writes_in_the_moment_of_the_reply_keeps_the_ticket_open(
    desk: Freshdesk, system: System
) -> None:
    """Freshdesk cannot refuse our reply, so the reading back has to notice."""
    pressure = desk.account.pressure
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure.fail("POST", f"/tickets/{id_}/reply", None, seconds=0.7)
    desk.release(desk.sent("customer_wrote"))
    posting = f"POST /api/v2/tickets/{id_}/reply"
    wait_until(lambda: posting in pressure.calls, "the reply")
    desk.agent_writes(id_, "I take this one.")
    assert end_of(system, id_) == ("auto_sent", [])
    assert [said["user_id"] for said in desk.public(id_)] == [desk.maya["id"], desk.bot["id"]]
    ticket = desk.ticket(id_)
    assert (ticket["status"], ticket["responder_id"]) == (OPEN, desk.maya["id"])
    assert system.event(f"freshdesk:{id_}", "posted")["detail"]["crossed"] is True


TROUBLE: dict[str, dict[str, Any]] = {
    "too many requests": {"method": "GET", "status": 429},
    "broken twice": {"method": "GET", "status": 500, "times": 2},
    "slow once": {"method": "GET", "status": None, "seconds": 1.8},
    "too many replies": {"method": "POST", "status": 429},
    "not resolved at first": {"method": "PUT", "status": 503, "times": 2},
    "reply carried out, answer lost": {"method": "POST", "status": 504, "after": True},
    "reply carried out, too slow": {
        "method": "POST",
        "status": None,
        "seconds": 1.7,
        "after": True,
    },
}


def test_short_trouble_is_waited_out(desk: Freshdesk, system: System) -> None:
    desk.held = True
    tickets = {what: desk.customer_asks("Where is it?") for what in TROUBLE}
    for what, fault in TROUBLE.items():
        desk.account.pressure.fail(path=f"/tickets/{tickets[what]}", **fault)
    desk.release(desk.sent("customer_wrote"))
    for what, id_ in tickets.items():
        assert end_of(system, id_) == ("auto_sent", []), what
        assert [said["user_id"] for said in desk.public(id_)] == [desk.bot["id"]], what
        assert desk.ticket(id_)["status"] == RESOLVED, what
        [claim] = system.history(f"freshdesk:{id_}")["claims"]
        assert claim["confirmed"], what


def test_a_reply_that_nobody_can_confirm_is_sent_once(desk: Freshdesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure = desk.account.pressure
    pressure.fail("POST", f"/tickets/{id_}/reply", 504, after=True)
    # taken in and looked at again: then the conversation cannot be read for a while
    pressure.fail("GET", f"/tickets/{id_}/conversations", 500, times=3, skip=2)
    desk.release(desk.sent("customer_wrote"))
    assert end_of(system, id_) == ("human", ["not_posted"])
    assert [said["body"] for said in desk.public(id_)] == [html_of(samples.REPLY)]
    assert desk.ticket(id_)["status"] == OPEN
    assert "did not confirm the reply" in desk.notes(id_)[0]


def test_a_reply_that_freshdesk_refuses_is_handed_over(desk: Freshdesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.account.pressure.fail("POST", f"/tickets/{id_}/reply", 403)
    desk.release(desk.sent("customer_wrote"))
    assert end_of(system, id_) == ("human", ["not_posted"])
    assert desk.public(id_) == []
    [note] = desk.notes(id_)
    assert samples.REPLY.splitlines()[2] in note
    assert desk.ticket(id_)["tags"] == ["deskloop_human", "lang_en"]


def test_a_ticket_that_cannot_be_resolved_stays_open_with_its_reply(
    desk: Freshdesk, system: System
) -> None:
    """An account may demand fields before a ticket is resolved."""
    desk.account.required_to_resolve.append("type")
    try:
        id_ = desk.customer_asks("Where is it?")
        assert end_of(system, id_) == ("auto_sent", [])
    finally:
        desk.account.required_to_resolve.clear()
    assert len(desk.public(id_)) == 1
    assert desk.ticket(id_)["status"] == OPEN
    detail = system.event(f"freshdesk:{id_}", "posted")["detail"]
    assert detail["problem"] == "The ticket could not be changed (400)."


def test_with_freshdesk_away_nothing_is_said_and_the_ledger_knows(
    desk: Freshdesk, system: System, stubs: Stubs
) -> None:
    def away(call: Call) -> Answer:
        desk.account.pressure.fail("GET", "/tickets/", 500, times=30)
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    id_ = desk.customer_asks("Where is it?")
    assert end_of(system, id_) == ("human", ["not_posted"])
    event = system.event(f"freshdesk:{id_}", "post_failed")
    assert event["detail"] == {"step": "Look at the ticket again", "error": "500"}
    assert desk.by_bot(id_) == []
