"""`Triage incoming ticket` and `Post to django-helpdesk`, run by a real n8n."""

import time
from typing import Any

import pytest

from local.workflows.client import N8nClient
from services.contracts import Verdict
from tests.workflows import samples
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Call, Stubs

pytestmark = pytest.mark.n8n

UNDERSTOOD = ["attempts", "classify", "triage"]
DRAFTED = [*UNDERSTOOD, "retrieve", "draft", "check-draft"]
LOOKED = ["events", "tickets", "claims"]
POSTED = ["followups", "events", "finish"]
NOTED = ["followups", "tickets", *POSTED]
BROKEN = (500, {"title": "broken", "status": 500, "detail": "broken", "code": "broken"})


def run(n8n: N8n, stubs: Stubs, **body: Any) -> Any:
    """Hand a ticket out as the ledger does; returns how it was finished."""
    response = n8n.post("triage", {**samples.handed_out(), **body})
    assert response.status_code == 200
    return stubs.wait_for("finish")[0]


def test_what_the_rules_allow_is_sent_and_solved(n8n: N8n, stubs: Stubs) -> None:
    finish = run(n8n, stubs)
    assert stubs.steps() == [*DRAFTED, *LOOKED, *POSTED]
    assert finish["route"] == "auto_sent"
    reply = next(c for c in stubs.calls if c.step == "followups")
    assert reply.headers["if-match"] == "7"
    assert reply.body == {"ticket": 42, "comment": samples.REPLY, "public": True, "new_status": 3}


def test_the_decision_is_recorded_before_and_the_claim_confirmed_after(
    n8n: N8n, stubs: Stubs
) -> None:
    finish = run(n8n, stubs)
    decided, posted = stubs.event("decided"), stubs.event("posted")
    execution = stubs.bodies("attempts")[0]["execution_id"]
    assert decided["draft"] == samples.DRAFT
    assert decided["evidence"] == samples.EVIDENCE
    assert decided["check"]["probability"] == 0.92
    key = "django-helpdesk:42/turn-1/reply"
    assert stubs.bodies("claims") == [{"action": "reply", "key": key, "execution_id": execution}]
    assert posted["claim_key"] == key
    executions = {decided["execution_id"], posted["execution_id"], finish["execution_id"]}
    assert executions == {execution}


def test_every_call_carries_its_credential(n8n: N8n, stubs: Stubs) -> None:
    run(n8n, stubs)
    helpdesk = {"tickets", "followups"}
    for call in stubs.calls:
        kind = "Basic " if call.step in helpdesk else "Bearer a-token"
        assert call.headers["authorization"].startswith(kind), call.path


def test_the_middle_band_goes_to_review_as_a_note(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    assert run(n8n, stubs)["route"] == "review"
    assert stubs.steps() == [*DRAFTED, *LOOKED, *NOTED]
    note = stubs.bodies("followups")[0]
    assert not note["public"]
    for words in ["review it", "billing", "> refunds take 5", "[Refunds](https://help.", "81 %"]:
        assert words in note["comment"]


def test_a_hard_stop_hands_over_without_drafting(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["triage"] = (200, samples.triage(samples.LAWYER))
    finish = run(n8n, stubs)
    assert stubs.steps() == [*UNDERSTOOD, *LOOKED, *NOTED]
    assert finish["route"] == "human"
    assert finish["reasons"] == [samples.LAWYER.model_dump(mode="json")]
    note = stubs.bodies("followups")[0]["comment"]
    assert "mentions a lawyer" in note
    assert "Draft" not in note


def test_a_verdict_nobody_knows_goes_to_a_human(n8n: N8n, stubs: Stubs) -> None:
    strange = {**samples.check(Verdict.HUMAN), "verdict": "perhaps"}
    stubs.answers["check-draft"] = (200, strange)
    n8n.post("triage", samples.handed_out())
    assert stubs.wait_for("finish")[0]["route"] == "human"
    stubs.invalid.clear()


@pytest.mark.parametrize("step", ["classify", "triage", "retrieve", "draft", "check-draft"])
def test_a_failing_step_ends_at_a_human_with_what_was_found(
    n8n: N8n, stubs: Stubs, step: str
) -> None:
    stubs.answers[step] = BROKEN
    finish = run(n8n, stubs)
    assert len(stubs.bodies(step)) == 3
    assert finish["route"] == "human"
    reason = finish["reasons"][0]
    assert reason["rule"] == "step_failed"
    assert "(500)" in reason["detail"]
    decided = stubs.event("decided")
    before = DRAFTED[: DRAFTED.index(step)]
    assert ("classification" in decided) == ("classify" in before)
    assert ("evidence" in decided) == ("retrieve" in before)
    assert ("draft" in decided) == ("draft" in before)
    assert reason["detail"] in stubs.bodies("followups")[0]["comment"]


def test_a_step_that_never_answers_ends_at_a_human(n8n: N8n, stubs: Stubs) -> None:
    def slow(call: Call) -> Any:
        time.sleep(2.5)
        return 200, samples.DRAFT

    stubs.answers["draft"] = slow
    finish = run(n8n, stubs)
    assert finish["route"] == "human"
    assert "Draft a reply" in finish["reasons"][0]["detail"]


def test_a_ticket_that_is_answered_already_stops_at_once(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["attempts"] = (200, samples.STOP)
    n8n.post("triage", samples.handed_out())
    stubs.wait_for("attempts")
    time.sleep(1)
    assert stubs.steps() == ["attempts"]


def test_the_settings_table_can_only_tighten(n8n: N8n, stubs: Stubs) -> None:
    n8n.set(minimum_probability_to_send=0.95)
    try:
        finish = run(n8n, stubs)
        assert finish["route"] == "review"
        assert finish["reasons"][0]["rule"] == "below_threshold"
        stubs.reset()
        stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.99))
        assert run(n8n, stubs)["route"] == "review"
    finally:
        n8n.set(minimum_probability_to_send=0)


def test_the_settings_say_how_much_is_retrieved_and_who_reviews(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["check-draft"] = (200, samples.check(Verdict.REVIEW, 0.7))
    n8n.set(documents=2, minimum_similarity=0.5, review_assignee_id=3)
    try:
        run(n8n, stubs)
    finally:
        n8n.set(documents=5, minimum_similarity=0.78, review_assignee_id=0)
    asked = stubs.bodies("retrieve")[0]
    assert (asked["documents"], asked["min_similarity"], asked["category"]) == (2, 0.5, "billing")
    patch = next(call for call in stubs.calls if call.method == "PATCH")
    assert patch.body == {"assigned_to": 3, "priority": 2}


AGENT = {"author": "agent", "body": "Done.", "at": samples.AT}
AGAIN = {"author": "customer", "body": "Hello?", "at": samples.AT}
OPENING = samples.helpdesk_ticket()["conversation"]


@pytest.mark.parametrize(
    "found",
    [
        {"open": False},
        {"conversation": [*OPENING, AGENT]},
        {"conversation": [*OPENING, AGAIN]},
    ],
    ids=["closed", "an agent answered", "the customer wrote again"],
)
def test_who_was_faster_wins(n8n: N8n, stubs: Stubs, found: dict[str, Any]) -> None:
    stubs.answers["GET tickets"] = (200, samples.helpdesk_ticket(**found))
    finish = run(n8n, stubs)
    assert finish["route"] == "human"
    assert not {"claims", "followups"} & set(stubs.steps())
    assert stubs.event("note")["detail"]["step"] == "Go on if nobody was faster"


def test_what_was_claimed_before_is_never_sent_again(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["claims"] = (409, {"status": 409, "code": "already_claimed"})
    finish = run(n8n, stubs)
    assert finish["route"] == "human"
    assert finish["reasons"][-1]["rule"] == "not_posted"
    assert "followups" not in stubs.steps()
    assert stubs.event("post_failed")["detail"] == {"step": "Claim the action", "error": "409"}


def test_a_reply_that_the_helpdesk_refuses_becomes_a_note(n8n: N8n, stubs: Stubs) -> None:
    def only_notes(call: Call) -> Any:
        return (412, {}) if call.body["public"] else (201, {"id": 99})

    stubs.answers["POST followups"] = only_notes
    finish = run(n8n, stubs)
    assert finish["route"] == "human"
    notes = [body for body in stubs.bodies("followups") if body and not body["public"]]
    assert len(notes) == 1
    assert "did not confirm" in notes[0]["comment"]
    assert stubs.event("post_failed")["claim_key"].endswith("/reply")


def test_with_the_helpdesk_away_nothing_is_claimed(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["GET tickets"] = (503, {})
    assert run(n8n, stubs)["route"] == "human"
    assert not {"claims", "followups"} & set(stubs.steps())


def test_a_reply_that_cannot_be_read_back_is_not_confirmed(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["GET followups"] = (404, {})
    assert run(n8n, stubs)["route"] == "human"
    assert stubs.event("post_failed")["detail"]["step"] == "Read it back"
    assert len([c for c in stubs.calls if c.step == "followups" and c.method == "POST"]) == 1


def test_what_cannot_be_recorded_is_not_sent(n8n: N8n, stubs: Stubs) -> None:
    def refuses_decisions(call: Call) -> Any:
        return (422, {}) if call.body["kind"] == "decided" else (201, {})

    stubs.answers["events"] = refuses_decisions
    assert run(n8n, stubs)["route"] == "human"
    assert [body["public"] for body in stubs.bodies("followups") if body] == [False]


def test_with_the_ledger_away_nothing_reaches_the_helpdesk(n8n: N8n, stubs: Stubs) -> None:
    for step in ["events", "claims", "finish"]:
        stubs.answers[step] = (503, {})
    n8n.post("triage", samples.handed_out())
    stubs.wait_for("finish", count=3)
    assert "followups" not in stubs.steps()


def test_a_run_that_the_ledger_did_not_let_begin_does_nothing(n8n: N8n, stubs: Stubs) -> None:
    """The ledger may be back a moment later, and hands the ticket out to another run."""
    stubs.answers["attempts"] = (503, {})
    n8n.post("triage", samples.handed_out())
    stubs.wait_for("failed")
    assert stubs.steps() == ["attempts", "failed"]


def test_the_webhook_asks_for_its_key(n8n: N8n, stubs: Stubs) -> None:
    for headers in [{}, {"X-Deskloop-Key": "wrong"}]:
        assert n8n.post("triage", samples.handed_out(), headers).status_code == 403
    assert stubs.calls == []


def test_a_ticket_is_one_execution_and_one_call(n8n: N8n, stubs: Stubs) -> None:
    with N8nClient(n8n.settings) as client:
        before = _newest(client)
        run(n8n, stubs)
        time.sleep(0.5)
        assert _newest(client) - before == 2


def _newest(client: Any) -> int:
    return int(client.api("GET", "/executions", params={"limit": 1})["data"][0]["id"])
