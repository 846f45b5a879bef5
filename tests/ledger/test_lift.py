"""What corrections bring: both sides counted alike, with an interval, and nothing made up."""

from typing import Any

import httpx
import pytest

from services.contracts.ledger_answers import Interval
from services.ledger.intervals import wilson
from services.ledger.lift import difference
from tests.ledger.conftest import FakeN8n, Start, a_ticket, attempt, call, finish, register, until
from tests.ledger.samples import decided_event
from tests.ledger.test_resolution import outcome


async def decided(
    http: httpx.AsyncClient, n8n: FakeN8n, number: int, route: str, held_out: bool | None
) -> None:
    await register(http, a_ticket(number))
    await until(lambda: any(t["ticket_id"].endswith(f":{number}") for t in n8n.tickets))
    await attempt(http, f"x{number}", number=number)
    event = decided_event(f"x{number}", route=route)
    if held_out is not None:
        event["evidence"]["held_out"] = held_out
    await call(http, "events", event, status=201, number=number)
    await finish(http, f"x{number}", route, number=number)


async def lift(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.get("/metrics/lift")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_without_a_hold_out_it_says_so(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await decided(http, n8n, 1, "auto_sent", None)
        found = await lift(http)
    assert found["with_corrections"]["tickets"] == found["without"]["tickets"] == 0
    assert found["difference"]["share"] is None
    assert "RETRIEVE_HOLDOUT_SHARE" in found["verdict"]


async def test_each_side_is_counted_over_all_its_tickets(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 9):
            await decided(http, n8n, number, "auto_sent" if number < 7 else "human", False)
        for number in range(9, 17):
            await decided(http, n8n, number, "auto_sent" if number < 10 else "human", True)
        await decided(http, n8n, 17, "auto_sent", None)
        await outcome(http, 1, "label", label="wrong", key="quality")
        await outcome(http, 2, "label", label="right", key="quality")
        found = await lift(http)
    taught, without = found["with_corrections"], found["without"]
    assert (taught["tickets"], without["tickets"]) == (8, 8)
    assert (taught["sent"]["share"], taught["resolved"]["share"]) == (6 / 8, 5 / 8)
    assert without["resolved"]["share"] == 1 / 8
    assert taught["wrong"]["share"] == 0.5
    assert without["wrong"]["share"] is None
    assert found["difference"]["share"] == pytest.approx(0.5)
    assert found["difference"]["low"] > 0
    assert found["verdict"].startswith("Corrections bring +50.0 points")


async def test_no_difference_is_no_benefit(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 7):
            await decided(http, n8n, number, ("auto_sent", "human")[number % 2], number > 3)
        found = await lift(http)
    assert found["verdict"].startswith("No benefit of corrections is shown")


def test_the_interval_of_a_difference_by_the_book() -> None:
    """Newcombe 1998, table II: 56/70 against 48/80."""
    found = difference(wilson(56, 70), wilson(48, 80))
    assert found.share == pytest.approx(0.2)
    assert (found.low, found.high) == (
        pytest.approx(0.0524, abs=1e-4),
        pytest.approx(0.3339, abs=1e-4),
    )
    nothing = Interval(share=None, low=None, high=None)
    assert difference(wilson(1, 2), nothing).share is None


async def test_of_one_language(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await decided(http, n8n, 1, "auto_sent", False)
        sides = {tag: await http.get(f"/metrics/lift?language={tag}") for tag in ("en", "de")}
    tickets = {tag: side.json()["with_corrections"]["tickets"] for tag, side in sides.items()}
    assert tickets == {"en": 1, "de": 0}
