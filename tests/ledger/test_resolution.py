"""The ladder of resolution: what counts on each rung, and what does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.ledger.conftest import (
    FakeN8n,
    Start,
    a_ticket,
    attempt,
    call,
    finish,
    register,
    until,
)
from tests.ledger.samples import decided_event
from tests.ledger.test_measures import work

_DAY = 24 * 3600


async def age(database_url: str, seconds: float, *numbers: int) -> None:
    """Let tickets, as they are now, have happened so long ago."""
    connection = await asyncpg.connect(database_url)
    for number in numbers:
        await connection.execute(
            """
            update ledger_turns set registered_at = registered_at - make_interval(secs => $2),
                finished_at = finished_at - make_interval(secs => $2) where ticket_id = $1
            """,
            f"django-helpdesk:{number}",
            seconds,
        )
    await connection.close()


async def outcome(http: httpx.AsyncClient, number: int, kind: str, **fields: Any) -> None:
    await call(http, "outcomes", {"kind": kind} | fields, status=201, number=number)


async def resolution(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.get("/metrics/resolution")
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def counts(ladder: dict[str, Any]) -> list[int]:
    rungs = ("sent", "uncontested", "confirmed", "durable", "reopened")
    return [ladder["questions"]] + [ladder[rung]["count"] for rung in rungs]


async def test_each_rung_counts_what_it_says(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 7):
            await work(http, n8n, number, "auto_sent", category="shipping")
        await work(http, n8n, 7, "human", category="billing", language="de-AT")
        await work(http, n8n, 8, "auto_sent")
        # objections after: a day (2), five days (3), eight days (4), all as of today
        await age(database_url, 8.5 * _DAY, 1, 5, 6, 7)
        await age(database_url, 7.5 * _DAY, 2)
        await age(database_url, 7.6 * _DAY, 3)
        await age(database_url, 8 * _DAY, 4)
        await outcome(http, 2, "reopened", at=ago(6.5))
        await outcome(http, 3, "customer_replied", at=ago(2.6))
        await outcome(http, 4, "reopened")
        await outcome(http, 5, "csat", score=1.0)
        await outcome(http, 6, "csat", score=0.0, at=ago(8))
        report = await resolution(http)
    assert report["too_young"] == 1
    assert counts(report["ladder"]) == [7, 6, 4, 1, 3, 2]
    assert counts(report["categories"]["shipping"]) == [6, 6, 4, 1, 3, 2]
    assert counts(report["categories"]["billing"]) == [1, 0, 0, 0, 0, 0]
    assert counts(report["languages"]["en"]) == [6, 6, 4, 1, 3, 2]
    assert counts(report["languages"]["de"]) == [1, 0, 0, 0, 0, 0]
    durable = report["ladder"]["durable"]["of_all"]
    assert durable["share"] == pytest.approx(3 / 7)
    assert durable["low"] < 3 / 7 < durable["high"]


async def test_an_agent_who_corrects_a_sent_answer_contests_it(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in (1, 2):
            await work(http, n8n, number, "auto_sent")
        for number, verdict in ((1, "edited"), (2, "approved")):
            event = {"kind": "correction_recorded", "detail": {"verdict": verdict}}
            await call(http, "events", event, status=201, number=number)
        await age(database_url, 7.2 * _DAY, 1, 2)
        connection = await asyncpg.connect(database_url)
        await connection.execute("alter table ledger_events disable trigger all")
        await connection.execute("update ledger_events set at = at - interval '6 days'")
        await connection.close()
        report = await resolution(http)
    assert counts(report["ladder"])[:3] == [2, 2, 1]


async def test_escalations_are_judged_by_what_humans_did(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in (1, 2, 3, 4):
            await work(http, n8n, number, "review" if number < 4 else "human")
        reviews = (await http.get("/reviews")).json()["reviews"]
        by_ticket = {review["ticket_id"][-1]: review["review_id"] for review in reviews}
        for number, decision in (("1", "approve"), ("2", "take_over")):
            body = {"decision": decision, "agent_id": "ana"}
            decided = await http.post(f"/reviews/{by_ticket[number]}/decision", json=body)
            assert decided.status_code == 200, decided.text
        event = {"kind": "correction_recorded", "detail": {"verdict": "approved"}}
        await call(http, "events", event, status=201, number=4)
        for number in (5, 6, 7):
            await work(http, n8n, number, "auto_sent")
        await outcome(http, 5, "label", label="wrong", detail={"sample": "2026-11-01"})
        await outcome(http, 6, "label", label="right", detail={"sample": "2026-11-01"})
        await outcome(http, 7, "label", label="wrong")  # found, not sampled: no share of anything
        await age(database_url, 8 * _DAY, *range(1, 8))
        report = await resolution(http)
    escalation = report["escalation"]
    assert (escalation["escalated"], escalation["judged"]) == (4, 3)
    assert escalation["needless"]["share"] == pytest.approx(2 / 3)
    assert (escalation["automatic"], escalation["sampled"]) == (3, 2)
    assert escalation["missed"]["share"] == pytest.approx(0.5)
    assert escalation["accuracy"]["share"] == pytest.approx(1 - (4 * 2 / 3 + 3 * 0.5) / 7)
    assert escalation["accuracy"]["low"] < escalation["accuracy"]["share"]
    assert report["ladder"]["wrongly_sent_known"] == 2


async def test_ratings_times_and_costs_of_machine_and_human(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        await work(http, n8n, 1, "auto_sent", cost_usd=0.01)
        await work(http, n8n, 2, "human", cost_usd=0.03)
        await outcome(http, 1, "csat", score=1.0)
        await outcome(http, 2, "csat", score=0.25)
        event = {"kind": "correction_recorded", "detail": {"verdict": "taught"}}
        await call(http, "events", event, status=201, number=2)
        await age(database_url, 8 * _DAY, 1, 2)
        report = await resolution(http)
    assert report["csat_automatic"]["mean"] == 1.0
    assert report["csat_automatic"]["satisfied"]["low"] == pytest.approx(0.2065, abs=1e-4)
    assert report["csat_human"] | {"satisfied": None} == {
        "ratings": 1,
        "mean": 0.25,
        "satisfied": None,
    }
    assert report["first_response_human"]["median"] == pytest.approx(8 * _DAY, rel=0.01)
    costs = report["costs"]
    assert costs["total_usd"] == pytest.approx(0.08)
    assert costs["per_question_usd"] == pytest.approx(0.04)
    assert costs["per_durable_usd"] == pytest.approx(0.08)
    assert costs["cached_token_share"] is None


async def test_a_translated_question_is_in_the_costs_and_among_the_tokens(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    event = decided_event("1", "human", cost_usd=0.01)
    event["classification"]["usage"] = {"input_tokens": 100}
    event["evidence"]["spent"] = {
        "usage": {"input_tokens": 40, "cache_read_tokens": 60},
        "cost_usd": 0.5,
    }
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await call(http, "events", event, status=201)
        await finish(http, "1", "human")
        await age(database_url, 8 * _DAY, 1)
        costs = (await resolution(http))["costs"]
    assert costs["total_usd"] == pytest.approx(0.52)
    assert costs["cached_token_share"] == pytest.approx(60 / 200)


async def test_nothing_yet_is_unknown_not_zero(ledger: Start) -> None:
    async with ledger() as http:
        report = await resolution(http)
        span = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
        assert (await http.get("/metrics/resolution", params=span)).status_code == 422
    assert counts(report["ladder"]) == [0, 0, 0, 0, 0, 0]
    assert report["ladder"]["durable"]["of_all"]["share"] is None
    assert report["escalation"]["accuracy"]["share"] is None
    assert report["costs"]["per_durable_usd"] is None


def ago(days: float) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()
