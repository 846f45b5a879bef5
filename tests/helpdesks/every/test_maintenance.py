"""Reviews are applied, lost webhooks are made up for, and given-up tickets are told."""

from typing import Any

import pytest

from tests.helpdesks.bed.desk import Desk, Id, VendorDesk
from tests.helpdesks.bed.stories import (
    all_in_review,
    decide,
    end_of,
    event,
    in_review,
    known,
    registered,
)
from tests.helpdesks.bed.system import Edit, System, run_workflow
from tests.workflows import samples
from tests.workflows.stubs import Answer, Call, Stubs

pytestmark = pytest.mark.n8n


def run(system: System, desk: Desk, workflow: str) -> dict[str, Any]:
    """Run one of a helpdesk's workflows by hand."""
    return run_workflow(system, workflow.format(desk.source), "Every three minutes")


def error_of(execution: dict[str, Any]) -> str:
    return str(execution["data"]["resultData"].get("error", ""))


def test_an_approved_draft_is_sent(desk: Desk, system: System, stubs: Stubs) -> None:
    id_, review = in_review(system, desk, stubs)
    decide(system, review, decision="edit", reply="Five days. 🪴")
    assert event(system, desk, id_, "review_applied")["sent"]
    assert desk.public(id_) == ["Five days. 🪴"]
    if isinstance(desk, VendorDesk):
        assert desk.is_solved(id_)
        assert "deskloop_answered" in desk.tags(id_)
    [kept] = stubs.wait_for("corrections")
    assert (kept["verdict"], kept["human_resolution"]) == ("edited", "Five days. 🪴")


def test_a_rejected_or_late_decision_is_a_note(desk: Desk, system: System, stubs: Stubs) -> None:
    (rejected, first), (late, second) = all_in_review(system, desk, stubs, 2)
    desk.agent_writes(late, "I was faster.")
    decide(system, first, decision="reject")
    decide(system, second, decision="approve")
    for id_ in (rejected, late):
        assert not event(system, desk, id_, "review_applied")["sent"]
    assert "rejected the draft" in desk.notes(rejected)[-1]
    assert ("was not sent" in desk.notes(late)[-1]) is desk.says_too_late
    assert (desk.public(rejected), desk.public(late)) == ([], ["I was faster."])


def test_lost_webhooks_are_made_up_for(vendor: VendorDesk, system: System, settings: Edit) -> None:
    vendor.held = True
    lost = [vendor.customer_asks(), vendor.customer_asks("Größe? 🪴")]
    waits_for_customer = vendor.customer_asks("Hello?")
    vendor.agent_writes(waits_for_customer, "Which order?")
    vendor.leave_only(*lost, waits_for_customer)
    settings(reconcile_after_minutes=-60)
    done = run(system, vendor, "reconcile-{}")
    assert done["status"] == "success", error_of(done)
    for id_ in lost:
        assert end_of(system, vendor, id_)[0] == "auto_sent"
    assert known(system, vendor, waits_for_customer) is None
    found = registered(system, vendor, lost[0])
    late = vendor.reports("customer_wrote")[0]
    late.send()
    assert late.said() == ["duplicate"]
    assert registered(system, vendor, lost[0]) == found, "both ways tell the same"


def test_a_reconciliation_that_fails_is_seen(vendor: VendorDesk, system: System) -> None:
    vendor.fail(vendor.search, times=3)
    done = run(system, vendor, "reconcile-{}")
    assert done["status"] == "error"
    assert "failed" in error_of(done)


def test_agents_read_in_the_helpdesk_what_the_ledger_gave_up(
    desk: Desk, system: System, stubs: Stubs
) -> None:
    id_ = given_up(desk, system, stubs)
    assert event(system, desk, id_, "post_failed") == desk.not_posted
    assert desk.by_bot(id_) == []
    for _ in range(2):
        done = run(system, desk, "tell-{}-of-given-up-tickets")
        assert done["status"] == "success", error_of(done)
        [note] = desk.notes(id_)
        assert "could not work on this" in note
        assert untold(desk, system).isdisjoint({desk.ticket_id(id_)})
    assert desk.public(id_) == []
    if isinstance(desk, VendorDesk):
        assert desk.tags(id_) == ["deskloop_human"]
        assert desk.group(id_) == desk.billing["id"]


def test_nobody_is_told_of_a_ticket_that_needs_no_one(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    answered, deleted = given_up(vendor, system, stubs), given_up(vendor, system, stubs)
    vendor.agent_writes(answered, "I have it.")
    vendor.somebody_deletes(deleted)
    sent = sent_without_confirmation(vendor, system, stubs)
    done = run(system, vendor, "tell-{}-of-given-up-tickets")
    assert done["status"] == "success", error_of(done)
    assert vendor.by_bot(answered) == []
    assert (vendor.public(sent), vendor.notes(sent)) == ([samples.REPLY], [])
    end = known(system, vendor, sent)
    assert (end["turns"][0]["route"], end["claims"][0]["confirmed"]) == ("auto_sent", True)
    mine = {vendor.ticket_id(id_) for id_ in (answered, deleted, sent)}
    assert mine.isdisjoint(untold(vendor, system))


def given_up(desk: Desk, system: System, stubs: Stubs) -> Id:
    """Return a ticket whose helpdesk was away when the draft was ready."""

    def away(call: Call) -> Answer:
        desk.goes_away()
        return (200, samples.DRAFT)

    stubs.answers["draft"] = away
    id_ = desk.customer_asks()
    try:
        assert end_of(system, desk, id_) == ("human", ["not_posted"])
    finally:
        desk.settle()
        desk.comes_back()
    return id_


def sent_without_confirmation(vendor: VendorDesk, system: System, stubs: Stubs) -> Id:
    """Return a ticket whose reply arrived, and nobody learnt of it."""
    stubs.answers["draft"] = samples.ANSWERS["draft"]
    vendor.held = True
    id_ = vendor.customer_asks()
    vendor.reply_is_not_confirmed(id_)
    vendor.release()
    assert end_of(system, vendor, id_)[0] == "human"
    vendor.comes_back()
    return id_


def untold(desk: Desk, system: System) -> set[str]:
    """Return the tickets of which agents still have to be told."""
    query = {"state": "handed_to_human_by_ledger", "unannounced": True, "source": desk.source}
    left = system.ledger("/inbox", **query)
    return {entry["ticket_id"] for entry in left["tickets"]}
