"""What another threshold would have sent, and how much of it humans found wrong."""

from typing import Any

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
from tests.ledger.test_resolution import age, ago


async def decided(
    http: httpx.AsyncClient,
    n8n: FakeN8n,
    number: int,
    route: str,
    probability: float,
    blocker: str = "below_threshold",
) -> None:
    await register(http, a_ticket(number))
    await until(lambda: any(t["ticket_id"].endswith(f":{number}") for t in n8n.tickets))
    await attempt(http, f"x{number}", number=number)
    event = decided_event(f"x{number}", route=route)
    blocked = {"rule": blocker, "detail": "…", "effect": "block_send"}
    event["check"] |= {
        "probability": probability,
        "verdict": route if route != "auto_sent" else "auto_send",
        "blockers": [] if route == "auto_sent" else [blocked],
    }
    await call(http, "events", event, status=201, number=number)
    await finish(http, f"x{number}", route, number=number)


async def simulation(http: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await http.get("/metrics/simulation", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_lower_threshold_would_have_sent_what_humans_then_approved_or_not(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await decided(http, n8n, 1, "auto_sent", 0.95)
        await decided(http, n8n, 2, "review", 0.82)
        await decided(http, n8n, 3, "review", 0.80)
        await decided(http, n8n, 4, "review", 0.70)
        await decided(http, n8n, 5, "review", 0.99, blocker="promise")
        reviews = {r["ticket_id"]: r for r in (await http.get("/reviews")).json()["reviews"]}
        for number, decision in ((2, "approve"), (3, "take_over"), (4, "approve")):
            review = reviews[f"django-helpdesk:{number}"]["review_id"]
            body = {"decision": decision, "agent_id": "ana"}
            assert (await http.post(f"/reviews/{review}/decision", json=body)).status_code == 200
        found = await simulation(http, threshold=0.8)
        assert (found["decided"], found["sent"], found["would_send"]) == (5, 1, 3)
        assert found["share"]["share"] == pytest.approx(3 / 5)
        # nothing is known of ticket 1 yet: too young, no label
        assert found["judged"] == 2
        assert found["wrong"]["share"] == pytest.approx(1 / 2)
        label = {"kind": "label", "label": "right", "detail": {"sample": "2026-11-22"}}
        await call(http, "outcomes", label, status=201, number=1)
        assert (await simulation(http, threshold=0.8))["judged"] == 3
        assert (await simulation(http, threshold=0.6))["would_send"] == 4
        assert (await simulation(http, threshold=0.8, category="billing"))["decided"] == 0


async def test_a_threshold_that_is_none_is_refused(ledger: Start) -> None:
    async with ledger() as http:
        for threshold in ("1.2", "-1", "high"):
            answer = await http.get("/metrics/simulation", params={"threshold": threshold})
            assert answer.status_code == 422
        assert (await http.get("/metrics/simulation")).status_code == 422


async def test_three_days_without_an_objection_count_as_right(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in (1, 2):
            await decided(http, n8n, number, "auto_sent", 0.95)
        await age(database_url, 4 * 24 * 3600, 1, 2)
        reopened = {"kind": "reopened", "at": ago(3.5)}
        await call(http, "outcomes", reopened, status=201, number=2)
        found = await simulation(http, threshold=0.8)
    assert found["judged"] == 2
    assert found["wrong"]["share"] == pytest.approx(1 / 2)
