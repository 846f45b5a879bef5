"""Every measure can be had of one language; nothing of another one is counted in it."""

from typing import Any

import httpx

from tests.ledger.conftest import FakeN8n, Start, call
from tests.ledger.test_measures import work
from tests.ledger.test_resolution import age

_LONG_AGO = 9 * 24 * 3600


async def measure(http: httpx.AsyncClient, name: str, language: str | None = None) -> Any:
    params = {"language": language} if language else {}
    if name == "simulation":
        params |= {"threshold": "0.5", "since": "2020-01-01T00:00:00Z"}
    answer = await http.get(f"/metrics/{name}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.json()["language"] == language
    return answer.json()


async def three_tickets(http: httpx.AsyncClient, n8n: FakeN8n) -> None:
    await work(http, n8n, 1, "auto_sent", language="pt-BR", cost_usd=0.5)
    await work(http, n8n, 2, "auto_sent", language="de", cost_usd=7.0)
    await work(http, n8n, 3, "human", language="pt")
    await call(http, "outcomes", {"kind": "csat", "score": 1.0}, status=201, number=1)
    await call(http, "outcomes", {"kind": "csat", "score": 0.0}, status=201, number=2)


async def test_what_became_of_the_tickets_of_one_language(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await three_tickets(http, n8n)
        summary = await measure(http, "summary", "pt")
        points = (await measure(http, "series", "pt"))["points"]
        of_all = (await measure(http, "series"))["points"]
        none = await measure(http, "summary", "fr")
    assert summary["routes"] == {"auto_sent": 1, "review": 0, "human": 1}
    assert set(summary["languages"]) == {"pt"}
    assert (summary["csat"], summary["outcomes"]) == (1.0, {"csat": 1})
    assert [sum(point["tickets"] for point in each) for each in (points, of_all)] == [2, 3]
    assert sum(point["routes"]["auto_sent"] for point in points) == 1
    assert len(points) == len(of_all)
    assert (none["tickets"], none["outcomes"]) == (0, {})


async def test_what_became_of_the_answers_in_one_language(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        await three_tickets(http, n8n)
        young = [(await measure(http, "resolution", tag))["too_young"] for tag in ("pt", None)]
        await age(database_url, _LONG_AGO, 1, 2, 3)
        found = await measure(http, "resolution", "pt")
        simulated = [
            (await measure(http, "simulation", tag))["decided"] for tag in ("de", "pt", None)
        ]
    assert young == [2, 3]
    assert (found["ladder"]["questions"], found["ladder"]["sent"]["count"]) == (2, 1)
    assert set(found["languages"]) == {"pt"}
    assert (found["csat_automatic"]["ratings"], found["csat_automatic"]["mean"]) == (1, 1.0)
    assert (found["escalation"]["escalated"], found["escalation"]["automatic"]) == (1, 1)
    assert 1 <= found["costs"]["total_usd"] < 2
    assert simulated[0] == 1
    assert simulated[2] == sum(simulated[:2])


async def test_a_language_that_is_none_is_refused(ledger: Start) -> None:
    async with ledger() as http:
        for name in ("summary", "series", "resolution", "lift", "simulation"):
            params = {"language": "pt-BR", "threshold": "0.5"}
            answer = await http.get(f"/metrics/{name}", params=params)
            assert answer.status_code == 422, name
            assert "language" in answer.text
