"""New conversations in Intercom, answered or handed over by the unmodified workflows."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from services.contracts import Verdict
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import HOSTS
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def end_of(system: System, id_: str, turn: int = 1) -> tuple[str, list[str]]:
    """Wait for the end of a ticket; returns its route and the rules that led there."""
    end = system.ended(f"intercom:{id_}", turn)
    return end["route"], [reason["rule"] for reason in end["reasons"]]


def test_a_new_conversation_is_answered_and_closed(
    desk: Intercom, system: System, proxy: Proxy
) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, id_) == ("auto_sent", [])
    assert desk.conversation(id_)["state"] == "closed"
    assert desk.tags(id_) == ["deskloop_answered", "lang_en"]
    [answer] = desk.by_bot(id_)
    assert answer["part_type"] == "comment"
    assert desk.public(id_) == [samples.REPLY]
    assert desk.notes(id_) == []
    detail = system.event(f"intercom:{id_}", "posted")["detail"]
    assert detail == {"comment_id": answer["id"], "found": True, "left_undone": False}
    desk.settle()
    assert len(desk.account.pressure.calls) == 10, "an answer needs ten calls, as the guide says"
    assert [d.statuses for d in desk.deliveries] == [[200], [200]]
    assert max(s for d in desk.deliveries for s in d.seconds) < 5
    assert set(proxy.asked) <= {*HOSTS, "example.com"}, "n8n asks nobody else"


def test_a_draft_to_review_and_a_ticket_for_a_human_are_notes(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    review = desk.customer_asks("How long does a refund take?")
    assert end_of(system, review) == ("review", [])
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    human = desk.customer_asks("My lawyer will write to you.")
    assert end_of(system, human) == ("human", ["legal_or_fraud"])
    for id_, tag, team, words in (
        (review, "deskloop_review", desk.support, "drafted a reply"),
        (human, "deskloop_human", desk.billing, "The customer mentions a lawyer. (legal_or_fraud)"),
    ):
        conversation = desk.conversation(id_)
        assert desk.tags(id_) == sorted([tag, "deskloop_urgent", "lang_en"])
        assert (conversation["team_assignee_id"], conversation["state"]) == (
            int(team["id"]),
            "open",
        )
        assert desk.public(id_) == []
        [note] = desk.notes(id_)
        assert words in note
    draft = desk.by_bot(review)[0]["body"]
    assert "<blockquote>" in draft
    assert "refunds take 5 working days. {{ not a template }}" in draft
    assert '<a href="https://help.example/refunds">Refunds</a>' in draft


def test_what_we_were_assigned_is_handed_over(desk: Intercom, system: System, stubs: Stubs) -> None:
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    desk.held = True
    id_ = desk.customer_asks("My lawyer will write to you.")
    desk.conversation(id_)["admin_assignee_id"] = int(desk.bot["id"])
    desk.release(desk.deliveries)
    assert end_of(system, id_)[0] == "human"
    assert desk.conversation(id_)["admin_assignee_id"] is None
    assert desk.conversation(id_)["team_assignee_id"] == int(desk.billing["id"])


MEANWHILE: dict[str, Callable[[Intercom, str], object]] = {
    "answered": lambda desk, id_: desk.agent_writes(id_, "I take this one."),
    "closed": lambda desk, id_: desk.agent_does(id_, message_type="close"),
    "snoozed": lambda desk, id_: desk.agent_does(id_, message_type="snoozed", snoozed_until=1),
    "answered by an agent of theirs": lambda desk, id_: desk.operator_says(id_, "Hi.", ai=True),
    "deleted": lambda desk, id_: desk.account.conversations.pop(id_),
}


def test_a_human_who_was_faster_wins(desk: Intercom, system: System, stubs: Stubs) -> None:
    todo: dict[str, Callable[[], object]] = {}

    def interfere(call: Call) -> Answer:
        todo.pop(call.body["ticket"]["subject"])()
        return (200, samples.DRAFT)

    stubs.answers["draft"] = interfere
    desk.held = True
    ids = {what: desk.customer_asks("Where is it?", subject=what) for what in MEANWHILE}
    desk.held = False
    for what, id_ in ids.items():
        todo[what] = lambda act=MEANWHILE[what], id_=id_: act(desk, id_)  # type: ignore[misc]
    first = [d for d in desk.deliveries if d.topic == "conversation.user.created"]
    desk.release(first)
    for what, id_ in ids.items():
        assert end_of(system, id_) == ("human", ["not_posted"]), what
        if what != "deleted":
            assert desk.by_bot(id_) == [], what
    assert system.history(f"intercom:{ids['answered']}")["claims"] == []


def test_a_word_of_intercoms_own_bot_is_no_answer(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    def operator(call: Call) -> Answer:
        desk.operator_says(id_, "You will get replies here and by e-mail.")
        return (200, samples.DRAFT)

    stubs.answers["draft"] = operator
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.release(desk.deliveries)
    assert end_of(system, id_) == ("auto_sent", [])


def test_a_customer_who_writes_again_gets_one_answer_to_all(
    desk: Intercom, system: System, stubs: Stubs
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
    assert desk.public(id_)[1:] == [samples.REPLY]
    assert desk.notes(id_) == []


TROUBLE: dict[str, dict[str, Any]] = {
    "too many requests": {"method": "GET", "status": 429},
    "broken twice": {"method": "GET", "status": 500, "times": 2},
    "slow once": {"method": "GET", "status": None, "seconds": 1.8},
    "the reply was refused": {"method": "POST", "status": 429, "path": "/reply"},
    "the reply failed at Intercom": {"method": "POST", "status": 503, "path": "/reply"},
    "the reply arrived all the same": {
        "method": "POST",
        "status": 503,
        "path": "/reply",
        "after": True,
    },
    "the reply arrived in silence": {
        "method": "POST",
        "status": None,
        "path": "/reply",
        "after": True,
        "seconds": 1.8,
    },
}


def test_short_trouble_is_waited_out_and_the_reply_sent_once(
    desk: Intercom, system: System
) -> None:
    desk.held = True
    ids = {what: desk.customer_asks("Where is it?") for what in TROUBLE}
    for what, fault in TROUBLE.items():
        path = f"/conversations/{ids[what]}{fault.get('path', '')}"
        desk.account.pressure.fail(**{**fault, "path": path})
    desk.release([d for d in desk.deliveries])
    for what, id_ in ids.items():
        assert end_of(system, id_) == ("auto_sent", []), what
        assert desk.public(id_) == [samples.REPLY], what
        assert desk.conversation(id_)["state"] == "closed", what


def test_silence_is_never_followed_by_a_second_message(desk: Intercom, system: System) -> None:
    pressure = desk.account.pressure
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure.fail("POST", f"/conversations/{id_}/reply", 504)
    desk.release(desk.deliveries)
    assert end_of(system, id_) == ("human", ["not_posted"])
    assert desk.public(id_) == []
    [note] = desk.notes(id_)
    assert "Intercom did not confirm the reply below" in note
    assert pressure.calls.count(f"POST /conversations/{id_}/reply") == 2, "the reply, the note"
    [claim] = system.history(f"intercom:{id_}")["claims"]
    assert not claim["confirmed"], "nobody knows, so nothing is sent again"


def test_a_reply_stays_sent_where_tag_or_closing_fails(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.account.pressure.fail("POST", f"/conversations/{id_}/parts", 500, times=3)
    desk.release(desk.deliveries)
    assert end_of(system, id_) == ("auto_sent", [])
    assert (desk.public(id_), desk.conversation(id_)["state"]) == ([samples.REPLY], "open")
    assert desk.tags(id_) == ["deskloop_answered", "lang_en"]
    assert system.event(f"intercom:{id_}", "posted")["detail"]["left_undone"] is True


def test_with_intercom_away_nothing_is_said_and_the_ledger_knows(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    def away(call: Call) -> Answer:
        desk.account.pressure.fail("GET", "/conversations/", 500, times=30)
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    id_ = desk.customer_asks("Where is it?")
    assert end_of(system, id_) == ("human", ["not_posted"])
    event = system.event(f"intercom:{id_}", "post_failed")
    assert event["detail"] == {"step": "Look at the conversation again", "error": "500"}
    assert desk.by_bot(id_) == []
