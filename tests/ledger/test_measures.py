"""What the console counts, and the blind sample for quality review."""

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


async def work(
    http: httpx.AsyncClient, n8n: FakeN8n, number: int, route: str, **decision: Any
) -> None:
    await register(http, a_ticket(number))
    await until(lambda: any(t["ticket_id"].endswith(f":{number}") for t in n8n.tickets))
    await attempt(http, f"x{number}", number=number)
    event = decided_event(f"x{number}", route=route, **decision)
    await call(http, "events", event, status=201, number=number)
    await finish(http, f"x{number}", route, number=number)


async def test_the_summary_counts_routes_categories_cost_and_time(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 5):
            await work(http, n8n, number, "auto_sent", category="shipping")
        await work(http, n8n, 5, "review", category="billing", language="de-AT")
        await work(http, n8n, 6, "human", category="billing")
        await call(http, "outcomes", {"kind": "csat", "score": 1.0}, status=201, number=1)
        await call(http, "outcomes", {"kind": "csat", "score": 0.5}, status=201, number=2)
        await call(http, "outcomes", {"kind": "reopened"}, status=201, number=2)
        await call(http, "outcomes", {"kind": "reopened"}, status=201, number=6)
        summary = (await http.get("/metrics/summary")).json()
        metrics = (await http.get("/metrics")).text
        german = (await http.get("/reviews?language=de")).json()
        french = (await http.get("/reviews?language=fr")).json()
        odd = await http.get("/reviews?language=DE!")
    assert (german["total"], french["total"], odd.status_code) == (1, 0, 422)
    assert 'deskloop_decided_total{language="en",route="auto_sent"} 4.0' in metrics
    assert 'deskloop_decided_total{language="de",route="review"} 1.0' in metrics
    assert (summary["tickets"], summary["finished"], summary["reviews_open"]) == (6, 6, 1)
    assert summary["routes"] == {"auto_sent": 4, "review": 1, "human": 1}
    assert summary["categories"] == {
        "shipping": {"auto_sent": 4, "review": 0, "human": 0},
        "billing": {"auto_sent": 0, "review": 1, "human": 1},
    }
    assert summary["languages"]["de"]["review"] == 1
    assert summary["automatic"]["share"] == pytest.approx(4 / 6)
    assert summary["automatic"]["low"] == pytest.approx(0.3000, abs=1e-4)
    assert summary["automatic"]["high"] == pytest.approx(0.9032, abs=1e-4)
    assert 0 < summary["seconds_to_decision"]["median"] <= summary["seconds_to_decision"]["p95"]
    assert summary["cost_usd"] == pytest.approx(0.012)
    assert (summary["csat"], summary["outcomes"]) == (0.75, {"csat": 2, "reopened": 2})
    assert summary["reopened_after_automatic"] == 1


async def test_an_empty_span_is_all_zero_and_a_wrong_one_refused(ledger: Start) -> None:
    async with ledger() as http:
        summary = (await http.get("/metrics/summary")).json()
        assert (summary["tickets"], summary["cost_usd"]) == (0, 0)
        assert summary["automatic"] == {"share": None, "low": None, "high": None}
        assert summary["seconds_to_decision"] == {"median": None, "p95": None}
        span = {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
        for path in ("/metrics/summary", "/metrics/series"):
            assert (await http.get(path, params=span)).status_code == 422
        long = {"since": "2020-01-01T00:00:00Z", "bucket": "hour"}
        assert (await http.get("/metrics/series", params=long)).status_code == 422


async def test_the_series_has_a_point_for_every_day_also_empty_ones(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in (1, 2, 3):
            await work(http, n8n, number, "auto_sent" if number < 3 else "human")
        connection = await asyncpg.connect(database_url)
        await connection.execute(
            """
            update ledger_turns set registered_at = '2026-11-20T23:59:59Z',
                finished_at = '2026-11-21T00:00:29Z' where ticket_id like '%:1';
            update ledger_turns set registered_at = '2026-11-18T00:00:00Z',
                finished_at = '2026-11-18T00:01:00Z' where ticket_id like '%:3';
            """
        )
        await connection.close()
        span = {"since": "2026-11-18T00:00:00Z", "until": "2026-11-21T00:00:00Z"}
        points = (await http.get("/metrics/series", params=span)).json()["points"]
    assert [point["start"][:10] for point in points] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert [point["tickets"] for point in points] == [1, 0, 1]
    assert [point["routes"]["auto_sent"] for point in points] == [0, 0, 1]
    assert [point["seconds_to_decision"]["median"] for point in points] == [60, None, 30]


async def test_the_days_of_the_series_are_utc_where_the_database_keeps_summer_time(
    ledger: Start, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    name = await connection.fetchval("select quote_ident(current_database())")
    await connection.execute(f"alter database {name} set timezone = 'Europe/Berlin'")
    await connection.close()
    async with ledger() as http:
        span = {"since": "2026-10-24T00:00:00Z", "until": "2026-10-27T00:00:00Z"}
        points = (await http.get("/metrics/series", params=span)).json()["points"]
    assert [point["start"] for point in points] == [
        f"2026-10-{day}T00:00:00Z" for day in (24, 25, 26)
    ]


async def test_the_sample_is_blind_stratified_and_stable(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 8):
            await work(http, n8n, number, "auto_sent", category="shipping")
        await work(http, n8n, 8, "auto_sent", category="billing")
        await work(http, n8n, 9, "human", category="account")
        day = datetime.now(UTC).date()
        query = {"share": 0.3, "day": str(day)}
        sample = (await http.get("/qa/sample", params=query)).json()
        assert sample == (await http.get("/qa/sample", params=query)).json()
        assert sample["automatic"] == 8
        categories = sorted(item["category"] for item in sample["items"])
        assert categories == ["billing", "shipping", "shipping", "shipping"]
        assert sample["items"][0]["reply"] == "Restart the hub."
        assert not {"confidence", "probability", "threshold"} & set(sample["items"][0])
        other = {"share": 0.3, "day": str(day - timedelta(days=2))}
        assert (await http.get("/qa/sample", params=other)).json()["items"] == []


async def test_prometheus_shows_the_queue(ledger: Start, n8n: FakeN8n) -> None:
    n8n.status = 503
    async with ledger(n8n) as http:
        await register(http, a_ticket())
    async with ledger(n8n) as http:

        async def shown() -> bool:
            text = (await http.get("/metrics")).text
            return "deskloop_waiting 1.0" in text or "deskloop_leased 1.0" in text

        await until(shown)
