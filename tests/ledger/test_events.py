"""The history keeps what a decision was made from, and cannot be rewritten."""

import asyncpg
import pytest

from tests.ledger.conftest import (
    FakeN8n,
    Start,
    a_reply,
    a_ticket,
    attempt,
    call,
    finish,
    register,
    until,
)
from tests.ledger.samples import decided_event


async def test_a_decision_keeps_hash_models_cost_threshold_and_reasons(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        first = await call(http, "events", decided_event("1"), status=201)
        again = await call(http, "events", decided_event("1"), status=201)
        assert (first["repeated"], again["repeated"]) == (False, True)
        assert first["event_id"] == again["event_id"]
        assert first["claim_confirmed"] is None
        other = decided_event("1", category="billing")
        await call(http, "events", other, status=201)
        await finish(http, "1", "auto_sent")
        history = (await http.get("/tickets/django-helpdesk:1")).json()
        one, two = history["events"]
        assert one["models"] == ["local:minilm-1", "local:minilm-1"]
        assert one["cost_usd"] == pytest.approx(0.002)
        assert (one["probability"], one["threshold"]) == (0.7, 0.85)
        assert [r["rule"] for r in one["reasons"]] == ["cold_start", "below_threshold"]
        assert one["decision"]["draft"]["reply"] == "Restart the hub."
        assert len(one["inputs_hash"]) == 64
        assert one["inputs_hash"] != two["inputs_hash"]
        assert history["turns"][0]["cost_usd"] == pytest.approx(0.004)
        assert history["turns"][0]["category"] == "billing"


async def test_events_cannot_be_changed(ledger: Start, database_url: str) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        await call(http, "events", {"kind": "note", "detail": {"text": "hm"}}, status=201)
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("update ledger_events set kind = 'posted'")
    await connection.close()


async def test_an_event_of_an_unknown_ticket_is_404(ledger: Start) -> None:
    async with ledger() as http:
        answer = await call(http, "events", {"kind": "note"}, status=404)
        assert answer["code"] == "unknown_ticket"
        assert (await http.get("/tickets/django-helpdesk:1")).status_code == 404


async def test_outcomes_are_kept_once_per_key(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        csat = {"kind": "csat", "key": "survey-1", "score": 0.75, "at": "2026-11-22T12:00:00Z"}
        first = await call(http, "outcomes", csat, status=201)
        again = await call(http, "outcomes", csat | {"score": 0.1}, status=201)
        assert (first["recorded"], again["recorded"]) == (True, False)
        assert first["outcome_id"] == again["outcome_id"]
        for _ in range(2):
            await call(http, "outcomes", {"kind": "reopened"}, status=201)
        outcomes = (await http.get("/tickets/django-helpdesk:1")).json()["outcomes"]
        assert [(o["kind"], o["score"]) for o in outcomes] == [
            ("csat", 0.75),
            ("reopened", None),
            ("reopened", None),
        ]


async def test_an_outcome_is_kept_with_the_answer_that_it_is_about(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        await register(http, a_reply())
        for turn in (1, None, 7):
            await call(http, "outcomes", {"kind": "reopened", "turn": turn}, status=201)
        outcomes = (await http.get("/tickets/django-helpdesk:1")).json()["outcomes"]
        assert [each["turn"] for each in outcomes] == [1, 2, 2]
        await call(http, "outcomes", {"kind": "reopened"}, status=404, number=2)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_impossible_times_are_refused(ledger: Start, at: str) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        await call(http, "outcomes", {"kind": "solved", "at": at}, status=422)
        assert (await http.get("/metrics/summary", params={"since": at})).status_code == 422
