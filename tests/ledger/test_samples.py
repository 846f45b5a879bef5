"""The daily sample for judgement: drawn once, by chance, blind, and made up for when missed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.ledger.conftest import FakeN8n, Start, call
from tests.ledger.test_measures import work

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)


async def yesterday(database_url: str) -> None:
    """Let all answers have been given yesterday."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "update ledger_turns set finished_at = finished_at - interval '1 day', "
        "registered_at = registered_at - interval '1 day'"
    )
    await connection.close()


async def draw(http: httpx.AsyncClient, share: float, days: int = 3) -> dict[str, Any]:
    answer = await http.post("/qa/samples", json={"share": share, "days": days})
    assert answer.status_code == 200, answer.text
    drawn: dict[str, Any] = answer.json()
    return drawn


async def sample(http: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await http.get("/qa/sample", params={"day": str(YESTERDAY)} | query)
    found: dict[str, Any] = answer.json()
    return found


async def test_the_first_draw_stands_whatever_is_asked_for_later(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 9):
            await work(http, n8n, number, "auto_sent", category="shipping")
        await work(http, n8n, 9, "auto_sent", category="billing")
        await work(http, n8n, 10, "human", category="account")
        await yesterday(database_url)
        assert len((await sample(http))["items"]) == 2, "of an undrawn day, a twentieth"
        drawn = await draw(http, 0.5)
        assert drawn["drawn"] == [str(YESTERDAY - timedelta(days=ago)) for ago in range(3)]
        newest = drawn["days"][0]
        assert (newest["automatic"], newest["picked"], newest["judged"]) == (9, 5, 0)
        assert [day["picked"] for day in drawn["days"]] == [5, 0, 0]
        picked = await sample(http)
        assert (picked["share"], len(picked["items"])) == (0.5, 5)
        again = await draw(http, 1.0)
        assert (again["drawn"], again["waiting"]) == ([], 5)
        assert await sample(http) == picked
        assert len((await sample(http, share=1.0))["items"]) == 9


async def test_it_says_how_far_people_are(ledger: Start, n8n: FakeN8n, database_url: str) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 4):
            await work(http, n8n, number, "auto_sent")
        await yesterday(database_url)
        await draw(http, 1.0)
        for number, label in ((1, "right"), (2, "wrong")):
            body = {"kind": "label", "label": label, "detail": {"sample": str(YESTERDAY)}}
            await call(http, "outcomes", body, status=201, number=number)
        found_by_chance = {"kind": "label", "label": "wrong", "detail": {}}
        await call(http, "outcomes", found_by_chance, status=201, number=3)
        seen = (await http.get("/qa/samples", params={"days": 3})).json()
    [first, *_] = seen["days"]
    assert (first["picked"], first["judged"], first["wrong"]) == (3, 2, 1)
    assert (seen["drawn"], seen["waiting"]) == ([], 1)


async def test_today_is_not_drawn_before_it_is_over(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        drawn = await draw(http, 0.5, days=1)
    assert drawn["drawn"] == [str(YESTERDAY)]


@pytest.mark.parametrize("body", [{"share": 0}, {"share": 1.1}, {"share": 0.1, "days": 32}, {}])
async def test_an_impossible_draw_is_refused(ledger: Start, body: dict[str, Any]) -> None:
    async with ledger() as http:
        assert (await http.post("/qa/samples", json=body)).status_code == 422
