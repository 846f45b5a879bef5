"""What comes to a webhook: only what the helpdesk sent, once, and nothing is lost in silence."""

import json

import pytest

from tests.helpdesks.bed.desk import Id, VendorDesk
from tests.helpdesks.bed.stories import (
    all_answered,
    end_of,
    failures,
    for_review,
    held,
    known,
    outcomes,
    turns,
)
from tests.helpdesks.bed.system import Edit, System
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n


def test_only_what_the_helpdesk_sent_is_believed(vendor: VendorDesk, system: System) -> None:
    id_, delivery = held(vendor)
    for what, headers in delivery.forged().items():
        answer = delivery.post(headers)
        assert answer.status_code == 401, what
        assert " is missing" in answer.json()["error"], what
    assert known(system, vendor, id_) is None
    assert vendor.asked_for(id_) == [], "the helpdesk was not even asked"
    assert delivery.post(delivery.headers()).status_code == 200


def test_the_same_webhook_again_changes_nothing(vendor: VendorDesk, system: System) -> None:
    id_, delivery = held(vendor)
    for _ in range(3):
        delivery.send()
    assert delivery.said() == ["new", "duplicate", "duplicate"]
    end_of(system, vendor, id_)
    delivery.send()
    assert len(vendor.by_bot(id_)) == 1
    assert (turns(system, vendor, id_), outcomes(system, vendor, id_)) == ([1], [])


def test_webhooks_in_the_wrong_order_tell_the_same_story(
    vendor: VendorDesk, system: System
) -> None:
    id_, first = held(vendor)
    vendor.customer_replies(id_, "It is order 7.")
    second = vendor.reports("customer_wrote")[-1]
    vendor.release([second, first])
    assert (second.said(), first.said()) == (["new"], ["duplicate"])
    end_of(system, vendor, id_, turn=2)
    assert (len(vendor.by_bot(id_)), vendor.notes(id_)) == (1, [])
    assert turns(system, vendor, id_) == [2]


def test_the_helpdesk_may_try_again_while_the_ledger_is_away(
    vendor: VendorDesk, system: System, settings: Edit
) -> None:
    id_, delivery = held(vendor)
    settings(ledger_url="http://127.0.0.1:9")
    answer = delivery.post(delivery.headers())
    settings(ledger_url=system.ledger_url)
    assert answer.status_code == 503
    assert answer.headers.get("Retry-After") == vendor.asked_to_wait
    delivery.send()
    assert delivery.statuses == [200]
    end_of(system, vendor, id_)


def test_the_helpdesk_may_try_again_where_its_own_api_was_away(
    vendor: VendorDesk, system: System
) -> None:
    id_, delivery = held(vendor)
    before = sum(failure["times"] for failure in failures(system, vendor, vendor.looks))
    vendor.fail(vendor.look, id_, 500, times=3)
    delivery.send()
    if delivery.statuses == [503]:
        delivery.send()
    assert delivery.statuses == [503, 200]
    end_of(system, vendor, id_)
    after = sum(failure["times"] for failure in failures(system, vendor, vendor.looks))
    assert after == before + 1


def test_a_webhook_of_another_form_is_recorded(vendor: VendorDesk, system: System) -> None:
    _, delivery = held(vendor)
    for body, status in vendor.unknown_reports:
        odd = delivery.with_body(json.dumps(body).encode())
        answer = odd.post(odd.headers())
        assert answer.status_code == status, body
        newest = failures(system, vendor, "See what happened")[0]
        assert "very secret" not in json.dumps(newest), body
        if isinstance(body, dict):
            assert set(newest["shape"]["webhook"]) == set(body)


def test_a_ticket_of_another_form_is_recorded(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    for what, odd in vendor.deformed().items():
        id_, delivery = held(vendor, "My secret words")
        odd.act(id_)
        delivery.send()
        assert set(delivery.statuses) == {422}, what
        failure = failures(system, vendor, "Put it into the inbox")[0]
        assert failure["workflow"] == vendor.takes_in, what
        found = failure["shape"]
        for part in odd.where:
            found = found[part]
        assert found == odd.shape, what
        assert "My secret words" not in json.dumps(failure), what
        assert known(system, vendor, id_) is None, what
        vendor.somebody_deletes(id_)
    assert "classify" not in stubs.steps()


def test_a_lesson_of_another_form_is_recorded(
    vendor: VendorDesk, system: System, stubs: Stubs
) -> None:
    for_review(stubs)
    losses = [vendor.reply_loses_its_form, *(odd.act for odd in vendor.empty_lists().values())]
    ids = all_answered(system, vendor, len(losses))
    vendor.held = True
    for id_, lose in zip(ids, losses, strict=True):
        vendor.agent_writes(id_, "My secret words", solve=True)
        lose(id_)
        was_not_read(system, vendor, id_, "agent_solved")
        vendor.somebody_deletes(id_)
    assert stubs.bodies("corrections") == []


@pytest.mark.parametrize("event", ["rated", "reopened"])
def test_an_outcome_is_not_guessed_from_an_empty_list(
    vendor: VendorDesk, system: System, event: str
) -> None:
    odds = vendor.empty_lists()
    ids = all_answered(system, vendor, len(odds))
    vendor.held = True
    for id_, (what, odd) in zip(ids, odds.items(), strict=True):
        if event == "rated":
            vendor.customer_rates(id_, vendor.ratings[-1][0])
        else:
            vendor.agent_opens(id_)
        odd.act(id_)
        was_not_read(system, vendor, id_, event)
        assert outcomes(system, vendor, id_) == [], what
        vendor.somebody_deletes(id_)


def was_not_read(system: System, vendor: VendorDesk, id_: Id, event: str) -> None:
    """The newest report of an event is refused, and a record says of which ticket."""
    report = vendor.reports(event)[-1]
    assert report.post(report.headers()).status_code == 503
    reason = failures(system, vendor, "Record what happened")[0]["reason"]
    assert f" {id_} could not be read" in reason
    assert "another form" in reason
