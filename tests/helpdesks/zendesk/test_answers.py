"""New tickets in Zendesk, answered or handed over by the unmodified workflows."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import HOSTS
from tests.helpdesks.bed.waiting import wait_until
from tests.helpdesks.zendesk.standin.zendesk import Zendesk
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def end_of(system: System, id_: int, turn: int = 1) -> tuple[str, list[str]]:
    """Wait for the end of a ticket; returns its route and the rules that led there."""
    end = system.ended(f"zendesk:{id_}", turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_new_ticket_is_answered_and_solved(desk: Zendesk, system: System, proxy: Proxy) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, id_) == ("auto_sent", [])
    ticket = desk.ticket(id_)
    assert (ticket["status"], ticket["assignee_id"]) == ("solved", desk.bot["id"])
    assert ticket["tags"] == ["deskloop_answered", "lang_en"]
    answer = desk.public(id_)[1]
    assert (answer["body"], answer["author_id"]) == (samples.REPLY, desk.bot["id"])
    assert desk.notes(id_) == []
    detail = system.event(f"zendesk:{id_}", "posted")["detail"]
    assert detail == {"comment_id": answer["id"], "found": True}
    [delivery] = desk.deliveries
    assert delivery.statuses == [200]
    assert set(proxy.asked) <= {*HOSTS, "example.com"}, "n8n asks nobody else"


def test_a_draft_to_review_and_a_ticket_for_a_human_are_notes(
    desk: Zendesk, system: System, stubs: Stubs
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
        assert (ticket["status"], ticket["priority"]) == ("new", "high")
        assert len(desk.public(id_)) == 1
        [note] = desk.notes(id_)
        assert words in note
    assert samples.REPLY.splitlines()[2] in desk.notes(review)[0]


def test_a_priority_is_never_lowered_and_other_tags_stay(
    desk: Zendesk, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.agent_sets(id_, priority="urgent", tags=["vip"])
    desk.release(desk.deliveries)
    end_of(system, id_)
    ticket = desk.ticket(id_)
    assert (ticket["priority"], ticket["tags"]) == (
        "urgent",
        ["deskloop_review", "lang_en", "vip"],
    )


@pytest.mark.parametrize(("language", "tag"), [("de-AT", ["lang_de"]), ("und", [])])
def test_the_language_of_a_ticket_for_a_human_is_a_tag(
    desk: Zendesk, system: System, stubs: Stubs, language: str, tag: list[str]
) -> None:
    stubs.answers["classify"] = (200, samples.CLASSIFICATION | {"language": language})
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    id_ = desk.customer_asks("Mein Anwalt wird Ihnen schreiben.")
    assert end_of(system, id_) == ("human", ["legal_or_fraud"])
    assert desk.ticket(id_)["tags"] == ["deskloop_human", *tag]
    assert f"**Language** {language}" in desk.notes(id_)[0]


MEANWHILE: dict[str, Callable[[Zendesk, int], object]] = {
    "answered": lambda desk, id_: desk.agent_writes(id_, "I take this one."),
    "solved": lambda desk, id_: desk.agent_writes(id_, "Done.", status="solved"),
    "merged": lambda desk, id_: desk.account.merge(1, [id_], desk.maya),
    "deleted": lambda desk, id_: desk.account.tickets.pop(id_),
}


def test_a_human_who_was_faster_wins(desk: Zendesk, system: System, stubs: Stubs) -> None:
    todo: dict[str, Callable[[], object]] = {}

    def interfere(call: Call) -> Answer:
        todo.pop(call.body["ticket"]["subject"])()
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    desk.held = True
    tickets = {what: desk.customer_asks("Where is it?", subject=what) for what in MEANWHILE}
    desk.held = False
    for what, id_ in tickets.items():
        todo[what] = lambda act=MEANWHILE[what], id_=id_: act(desk, id_)  # type: ignore[misc]
    desk.release([d for d in desk.deliveries if d.body])
    for what, id_ in tickets.items():
        assert end_of(system, id_) == ("human", ["not_posted"]), what
        assert desk.by_bot(id_) == [], what
    history = system.history(f"zendesk:{tickets['answered']}")
    assert history["claims"] == []


def test_a_customer_who_writes_again_gets_one_answer_to_all(
    desk: Zendesk, system: System, stubs: Stubs
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
    desk.release(desk.deliveries)
    assert end_of(system, id_, turn=2)[0] == "auto_sent"
    [answer] = desk.by_bot(id_)
    assert answer["public"]
    assert desk.notes(id_) == []


def test_an_agent_between_the_look_and_the_reply_is_noticed_by_zendesk(
    desk: Zendesk, system: System
) -> None:
    pressure = desk.account.pressure
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure.fail("PUT", f"/tickets/{id_}", None, seconds=0.7)
    desk.release(desk.deliveries)
    wait_until(lambda: f"PUT /api/v2/tickets/{id_}" in pressure.calls, "the reply")
    desk.agent_writes(id_, "I take this one.")
    assert end_of(system, id_) == ("human", ["not_posted"])
    assert desk.by_bot(id_) == []


TROUBLE: dict[str, dict[str, Any]] = {
    "too many requests": {"method": "GET", "status": 429},
    "broken twice": {"method": "GET", "status": 500, "times": 2},
    "slow once": {"method": "GET", "status": None, "seconds": 1.8},
    "refused the reply at first": {"method": "PUT", "status": 503, "times": 2},
}


def test_short_trouble_is_waited_out(desk: Zendesk, system: System) -> None:
    desk.held = True
    tickets = {what: desk.customer_asks("Where is it?") for what in TROUBLE}
    for what, fault in TROUBLE.items():
        desk.account.pressure.fail(path=f"/tickets/{tickets[what]}", **fault)
    desk.release(desk.deliveries)
    for what, id_ in tickets.items():
        assert end_of(system, id_) == ("auto_sent", []), what
        assert len(desk.public(id_)) == 2, what


def test_a_reply_whose_confirmation_was_lost_is_sent_once(desk: Zendesk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.account.pressure.fail("PUT", f"/tickets/{id_}", 504, after=True)
    desk.release(desk.deliveries)
    assert end_of(system, id_) == ("human", ["not_posted"])
    assert [comment["body"] for comment in desk.public(id_)][1:] == [samples.REPLY]
    assert desk.notes(id_) == []
    [claim] = system.history(f"zendesk:{id_}")["claims"]
    assert not claim["confirmed"], "nobody knows, so nothing is sent again"


def test_with_zendesk_away_nothing_is_said_and_the_ledger_knows(
    desk: Zendesk, system: System, stubs: Stubs
) -> None:
    def away(call: Call) -> Answer:
        desk.account.pressure.fail("GET", "/tickets/", 500, times=30)
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    id_ = desk.customer_asks("Where is it?")
    assert end_of(system, id_) == ("human", ["not_posted"])
    event = system.event(f"zendesk:{id_}", "post_failed")
    assert event["detail"] == {"step": "Look at the ticket again", "error": "500"}
    assert desk.by_bot(id_) == []
