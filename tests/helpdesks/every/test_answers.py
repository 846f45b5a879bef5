"""A new ticket in any helpdesk is answered or handed over by the unmodified workflows."""

import threading
from collections.abc import Callable

import pytest

from tests.helpdesks.bed.desk import Desk, VendorDesk
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.stories import end_of, event, for_a_human, for_review, known
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import HOSTS
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def test_a_question_is_answered(desk: Desk, system: System, proxy: Proxy) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, desk, id_) == ("auto_sent", [])
    assert desk.public(id_) == [samples.REPLY]
    assert (desk.notes(id_), len(desk.by_bot(id_))) == ([], 1)
    assert event(system, desk, id_, "posted") == desk.posted_as(id_)
    if isinstance(desk, VendorDesk):
        assert desk.is_solved(id_)
        assert desk.tags(id_) == ["deskloop_answered", "lang_en"]
        [asked] = desk.reports("customer_wrote")
        assert asked.statuses == [200]
    assert set(proxy.asked) <= {*HOSTS, "example.com"}, "n8n asks nobody else"


def test_a_draft_to_review_and_a_ticket_for_a_human_are_notes(
    desk: Desk, system: System, stubs: Stubs
) -> None:
    for_review(stubs)
    review = desk.customer_asks("How long does a refund take?")
    assert end_of(system, desk, review) == ("review", [])
    for_a_human(stubs)
    human = desk.customer_asks("My lawyer will write to you.")
    assert end_of(system, desk, human) == ("human", ["legal_or_fraud"])
    for id_, group, words in (
        (review, "review", "drafted a reply"),
        (human, "human", "The customer mentions a lawyer."),
    ):
        assert desk.public(id_) == []
        [note] = desk.notes(id_)
        assert words in note
        assert desk.lies_with(id_, group)
    assert samples.REPLY.splitlines()[2] in desk.notes(review)[0]


def test_what_agents_marked_stays(vendor: VendorDesk, system: System, stubs: Stubs) -> None:
    for_review(stubs)
    vendor.held = True
    id_ = vendor.customer_asks()
    vendor.agent_marks(id_)
    marks = vendor.marks(id_)
    vendor.release()
    assert end_of(system, vendor, id_)[0] == "review"
    assert vendor.marks(id_) == marks
    assert {"deskloop_review", "lang_en"} <= set(vendor.tags(id_))


def test_the_language_of_a_ticket_for_a_human_is_a_tag(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    for_a_human(stubs)
    for language, tags in (("de-AT", {"lang_de"}), ("und", set())):
        stubs.answers["classify"] = (200, samples.CLASSIFICATION | {"language": language})
        id_ = vendor.customer_asks("Mein Anwalt wird Ihnen schreiben.")
        assert end_of(system, vendor, id_) == ("human", ["legal_or_fraud"])
        assert set(vendor.tags(id_)) - {"deskloop_urgent"} == {"deskloop_human"} | tags
        assert f"Language {language}" in vendor.notes(id_)[0].replace("**", "")


def test_a_human_who_was_faster_wins(desk: Desk, system: System, stubs: Stubs) -> None:
    todo: dict[str, Callable[[], object]] = {}

    def interfere(call: Call) -> Answer:
        todo.pop(call.body["ticket"]["subject"])()
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    desk.held = True
    tickets = {what: desk.customer_asks(subject=what) for what in desk.meanwhile()}
    for what, act in desk.meanwhile().items():
        todo[what] = lambda act=act, id_=tickets[what]: act(id_)  # type: ignore[misc]
    desk.release()
    for what, id_ in tickets.items():
        assert end_of(system, desk, id_) == ("human", ["not_posted"]), what
        assert desk.by_bot(id_) == [], what
    if desk.looks_first:
        assert known(system, desk, tickets["answered"])["claims"] == []


def test_a_customer_who_writes_again_gets_one_answer_to_all(
    desk: Desk, system: System, stubs: Stubs
) -> None:
    written = threading.Event()

    def interfere(call: Call) -> Answer:
        if not written.is_set():
            written.set()
            desk.customer_replies(id_, "And where is my invoice?")
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    desk.held = True
    id_ = desk.customer_asks()
    desk.release()
    assert end_of(system, desk, id_, turn=2)[0] == "auto_sent"
    assert (len(desk.by_bot(id_)), desk.notes(id_)) == (1, [])
    assert desk.public(id_)[-1] == samples.REPLY


def test_short_trouble_is_waited_out_and_the_reply_sent_once(desk: Desk, system: System) -> None:
    desk.held = True
    tickets = {what: desk.customer_asks(subject=what) for what in desk.trouble()}
    for what, order in desk.trouble().items():
        order(tickets[what])
    desk.release()
    for what, id_ in tickets.items():
        assert end_of(system, desk, id_) == ("auto_sent", []), what
        assert desk.public(id_) == [samples.REPLY], what
        assert not isinstance(desk, VendorDesk) or desk.is_solved(id_), what
        [claim] = known(system, desk, id_)["claims"]
        assert claim["confirmed"], what


def test_a_reply_that_nobody_confirmed_is_sent_once(desk: Desk, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks()
    desk.reply_is_not_confirmed(id_)
    desk.release()
    assert end_of(system, desk, id_) == ("human", ["not_posted"])
    desk.comes_back()
    assert desk.public(id_) == [samples.REPLY]
    [claim] = known(system, desk, id_)["claims"]
    assert not claim["confirmed"], "nobody knows, so nothing is sent again"


def test_a_reply_that_is_refused_is_handed_over(vendor: VendorDesk, system: System) -> None:
    vendor.held = True
    id_ = vendor.customer_asks()
    vendor.refuses_the_reply(id_)
    vendor.release()
    assert end_of(system, vendor, id_) == ("human", ["not_posted"])
    assert vendor.public(id_) == []
    [note] = vendor.notes(id_)
    assert samples.REPLY.splitlines()[2] in note
    assert {"deskloop_human", "lang_en"} <= set(vendor.tags(id_))
