"""A draft waits for a human, is decided once, and n8n carries the decision out."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.ledger.conftest import (
    Expire,
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


async def open_review(
    http: httpx.AsyncClient, n8n: FakeN8n, number: int = 1, **changes: Any
) -> int:
    """Bring a ticket to a review and return the review's id."""
    await register(http, a_ticket(number))
    await until(lambda: any(t["ticket_id"].endswith(f":{number}") for t in n8n.tickets))
    execution = f"x{number}"
    await attempt(http, execution, number=number)
    event = decided_event(execution, route="review", **changes)
    await call(http, "events", event, status=201, number=number)
    review_id: int = (await finish(http, execution, "review", number=number))["review_id"]
    return review_id


async def decide(
    http: httpx.AsyncClient, review_id: int, decision: str, status: int = 200, **changes: Any
) -> dict[str, Any]:
    body = {"decision": decision, "agent_id": "ann"} | changes
    answer = await http.post(f"/reviews/{review_id}/decision", json=body)
    assert answer.status_code == status, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


async def test_a_review_shows_draft_and_findings(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        review = (await http.get(f"/reviews/{review_id}")).json()
        assert review["state"] == "open"
        assert review["draft"]["reply"] == "Restart the hub."
        assert review["draft"]["citations"][0]["quote"] == "Restart the hub"
        assert (review["category"], review["urgency"], review["language"]) == (
            "technical",
            "medium",
            "en",
        )
        assert review["probability"] == 0.7
        assert [reason["rule"] for reason in review["reasons"]] == ["cold_start", "below_threshold"]
        assert review["evidence"]["documents"][0]["id"] == "hub#1"
        assert "text" not in review["evidence"]["documents"][0]
        listed = (await http.get("/reviews", params={"state": "open"})).json()
        assert listed == {"reviews": [review], "total": 1}


async def test_reading_never_decides_and_the_first_decision_wins(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        for _ in range(3):
            await http.get(f"/reviews/{review_id}/decision")
            assert (await http.get(f"/reviews/{review_id}")).json()["state"] == "open"
        body = {"decision": "approve", "agent_id": "ann"}
        path = f"/reviews/{review_id}/decision"
        answers = await asyncio.gather(*[http.post(path, json=body) for _ in range(5)])
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 4
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["code"] == "already_decided"


async def test_n8n_is_told_until_it_says_that_it_is_done(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        decided = await decide(http, review_id, "edit", reply="Please restart the hub.")
        assert (decided["state"], decided["decision"]) == ("decided", "edit")
        await until(lambda: n8n.decisions)
        await expire()
        await until(lambda: len(n8n.decisions) == 2)
        sent = n8n.decisions[1]
        assert (sent["review_id"], sent["decision"], sent["attempt"]) == (review_id, "edit", 2)
        assert (sent["reply"], sent["agent_id"]) == ("Please restart the hub.", "ann")
        assert sent["draft"]["reply"] == "Restart the hub."
        assert sent["ticket"]["id"] == sent["ticket_id"] == "django-helpdesk:1"
        applied = {"kind": "review_applied", "detail": {"review_id": review_id}}
        await call(http, "events", applied, status=201)
        await expire()
        await asyncio.sleep(0.8)
        assert len(n8n.decisions) == 2
        assert (await http.get(f"/reviews/{review_id}")).json()["applied_at"]


async def test_a_decision_taken_while_n8n_is_away_is_not_lost(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        n8n.status = 503
        await decide(http, review_id, "approve")
        await until(lambda: len(n8n.keys) >= 3)
    n8n.status = 200
    async with ledger(n8n):
        await until(lambda: n8n.decisions)
        assert n8n.decisions[0]["reply"] == "Restart the hub."
        assert n8n.decisions[0]["attempt"] == 1


async def test_what_n8n_never_carries_out_is_listed(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        await decide(http, review_id, "approve")
        for number in (1, 2, 3):
            await until(lambda n=number: len(n8n.decisions) == n)
            await expire()

        async def failed() -> Any:
            listed = await http.get("/reviews", params={"state": "apply_failed"})
            return listed.json()["reviews"]

        listed = await until(failed)
        assert [review["review_id"] for review in listed] == [review_id]
        assert len(n8n.decisions) == 3
        applied = {"kind": "review_applied", "detail": {"review_id": review_id}}
        await call(http, "events", applied, status=201)
        assert (await http.get(f"/reviews/{review_id}")).json()["state"] == "decided"


async def test_a_customer_who_writes_again_ends_the_review(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        await register(http, a_reply())
        refused = await decide(http, review_id, "approve", status=409)
        assert refused["code"] == "review_superseded"


@pytest.mark.parametrize(
    ("decision", "changes", "code"),
    [
        ("edit", {}, "reply_missing"),
        ("edit", {"reply": "  "}, "reply_missing"),
        ("approve", {"reply": "Something else."}, "reply_unexpected"),
        ("reject", {"reply": "Something else."}, "reply_unexpected"),
    ],
)
async def test_decision_and_reply_must_fit(
    ledger: Start, n8n: FakeN8n, decision: str, changes: dict[str, Any], code: str
) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n)
        assert (await decide(http, review_id, decision, status=422, **changes))["code"] == code


async def test_an_abstention_cannot_be_approved_but_taken_over(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        review_id = await open_review(http, n8n, reply="")
        assert (await decide(http, review_id, "approve", status=422))["code"] == "reply_missing"
        await decide(http, review_id, "take_over")
        await until(lambda: n8n.decisions)
        assert n8n.decisions[0]["reply"] is None


async def test_unknown_reviews_are_404(ledger: Start) -> None:
    async with ledger() as http:
        assert (await http.get("/reviews/1")).json()["code"] == "unknown_review"
        assert (await decide(http, 1, "reject", status=404))["code"] == "unknown_review"
        assert (await http.get(f"/reviews/{2**63}")).status_code == 422


async def test_the_most_urgent_and_oldest_come_first(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        for number, urgency in ((1, "low"), (2, "critical"), (3, "low"), (4, "high")):
            await open_review(http, n8n, number, urgency=urgency)
        listed = (await http.get("/reviews", params={"category": "technical"})).json()
        assert [r["ticket_id"][-1] for r in listed["reviews"]] == ["2", "4", "1", "3"]
        page = (await http.get("/reviews", params={"limit": 1, "offset": 1})).json()
        assert ([r["ticket_id"][-1] for r in page["reviews"]], page["total"]) == (["4"], 4)
        past = (await http.get("/reviews", params={"limit": 2, "offset": 4})).json()
        assert past == {"reviews": [], "total": 4}
        assert (await http.get("/reviews", params={"category": "billing"})).json()["total"] == 0
