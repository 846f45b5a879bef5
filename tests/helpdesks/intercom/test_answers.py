"""How Intercom in particular is answered: each act is a call of its own, and there are bots."""

import pytest

from tests.helpdesks.bed.stories import drafted, end_of, event, for_a_human, known
from tests.helpdesks.bed.system import System
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def test_an_answer_needs_ten_calls_and_no_time(desk: Intercom, system: System) -> None:
    id_ = desk.customer_asks("How long does a refund take?")
    assert end_of(system, desk, id_) == ("auto_sent", [])
    desk.settle()
    assert len(desk.account.pressure.calls) == 10, "an answer needs ten calls, as the guide says"
    assert [d.statuses for d in desk.deliveries] == [[200], [200]]
    assert max(s for d in desk.deliveries for s in d.seconds) < 5


def test_a_note_keeps_the_form_of_the_draft(desk: Intercom, system: System, stubs: Stubs) -> None:
    note = desk.by_bot(drafted(system, desk, stubs))[0]["body"]
    assert "<blockquote>" in note
    assert "refunds take 5 working days. {{ not a template }}" in note
    assert '<a href="https://help.example/refunds">Refunds</a>' in note


def test_what_we_were_assigned_is_handed_over(desk: Intercom, system: System, stubs: Stubs) -> None:
    for_a_human(stubs)
    desk.held = True
    id_ = desk.customer_asks("My lawyer will write to you.")
    desk.conversation(id_)["admin_assignee_id"] = int(desk.bot["id"])
    desk.release()
    assert end_of(system, desk, id_)[0] == "human"
    assert desk.conversation(id_)["admin_assignee_id"] is None
    assert desk.conversation(id_)["team_assignee_id"] == int(desk.billing["id"])


def test_a_word_of_intercoms_own_bot_is_no_answer(
    desk: Intercom, system: System, stubs: Stubs
) -> None:
    def operator(call: Call) -> Answer:
        desk.operator_says(id_, "You will get replies here and by e-mail.")
        return (200, samples.DRAFT)

    stubs.answers["draft"] = operator
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.release()
    assert end_of(system, desk, id_) == ("auto_sent", [])


def test_silence_is_never_followed_by_a_second_message(desk: Intercom, system: System) -> None:
    pressure = desk.account.pressure
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    pressure.fail("POST", f"/conversations/{id_}/reply", 504)
    desk.release()
    assert end_of(system, desk, id_) == ("human", ["not_posted"])
    assert desk.public(id_) == []
    [note] = desk.notes(id_)
    assert "Intercom did not confirm the reply below" in note
    assert pressure.calls.count(f"POST /conversations/{id_}/reply") == 2, "the reply, the note"
    [claim] = known(system, desk, id_)["claims"]
    assert not claim["confirmed"], "nobody knows, so nothing is sent again"


def test_a_reply_stays_sent_where_tag_or_closing_fails(desk: Intercom, system: System) -> None:
    desk.held = True
    id_ = desk.customer_asks("Where is it?")
    desk.account.pressure.fail("POST", f"/conversations/{id_}/parts", 500, times=3)
    desk.release()
    assert end_of(system, desk, id_) == ("auto_sent", [])
    assert (desk.public(id_), desk.conversation(id_)["state"]) == ([samples.REPLY], "open")
    assert desk.tags(id_) == ["deskloop_answered", "lang_en"]
    assert event(system, desk, id_, "posted")["left_undone"] is True
