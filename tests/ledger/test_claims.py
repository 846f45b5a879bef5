"""What is done to the helpdesk is claimed once, and confirmed when it is known to have happened."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx

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
    turns,
    until,
)

KEY = "django-helpdesk:1/turn-1/reply"


async def claim(
    http: httpx.AsyncClient, execution: str | None, status: int = 201, **changes: Any
) -> dict[str, Any]:
    body = {"action": "reply", "key": KEY, "execution_id": execution} | changes
    return await call(http, "claims", body, status=status)


async def begin(http: httpx.AsyncClient, n8n: FakeN8n, execution: str = "1") -> None:
    await register(http, a_ticket())
    await until(lambda: n8n.tickets)
    assert (await attempt(http, execution))["proceed"]


async def test_a_claim_is_made_once(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        first = await claim(http, None)
        assert (first["confirmed"], first["turn"]) == (False, 1)
        refused = await claim(http, None, status=409)
        assert refused["code"] == "already_claimed"
        assert refused["claimed_at"] == first["claimed_at"]
        assert (refused["confirmed"], refused["confirmed_at"]) == (False, None)


async def test_ten_at_once_get_one_claim(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        body = {"action": "reply", "key": KEY}
        path = "/tickets/django-helpdesk:1/claims"
        answers = await asyncio.gather(*[http.post(path, json=body) for _ in range(10)])
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


async def test_posted_confirms_and_then_even_its_owner_is_refused(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        first = await claim(http, "1")
        assert await claim(http, "1") == first
        posted = {"kind": "posted", "execution_id": "1", "claim_key": KEY}
        assert (await call(http, "events", posted, status=201))["claim_confirmed"]
        refused = await claim(http, "1", status=409)
        assert (refused["code"], refused["confirmed"]) == ("already_claimed", True)
        unknown = posted | {"claim_key": "other"}
        assert (await call(http, "events", unknown, status=201))["claim_confirmed"] is False


async def test_an_execution_that_lost_its_lease_cannot_claim(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        await expire()
        await until(lambda: len(n8n.tickets) == 2)
        assert (await claim(http, "1", status=409))["code"] == "lease_lost"
        await attempt(http, "2")
        assert (await claim(http, "1", status=409))["code"] == "lease_lost"
        await claim(http, "2")


async def test_an_execution_of_a_superseded_turn_cannot_claim(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        await register(http, a_reply())
        assert (await claim(http, "1", status=409))["code"] == "lease_lost"


async def test_a_claim_renews_the_lease(ledger: Start, n8n: FakeN8n, expire: Expire) -> None:
    async with ledger(n8n, lease_seconds=600) as http:
        await begin(http, n8n)
        await expire(seconds=60)
        before = (await turns(http))[0]["lease_until"]
        await claim(http, "1")
        after = (await turns(http))[0]["lease_until"]
        gained = datetime.fromisoformat(after) - datetime.fromisoformat(before)
        assert gained > timedelta(seconds=500)


async def test_an_unconfirmed_claim_is_never_run_again_but_given_to_a_human(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        await claim(http, "1")
        await http.post("/executions/1/failed", json={})
        turn = (await turns(http))[0]
        assert (turn["route"], turn["ended_by"]) == ("human", "ledger")
        assert turn["reasons"][0]["rule"] == "claim_unconfirmed"
        assert KEY in turn["reasons"][0]["detail"]
        await asyncio.sleep(0.4)
        assert len(n8n.tickets) == 1
        open_claims = (await http.get("/claims", params={"confirmed": False})).json()
        assert [one["key"] for one in open_claims["claims"]] == [KEY]
        fresh = (await http.get("/claims", params={"confirmed": False, "older_than": 60})).json()
        assert fresh == {"claims": [], "total": 0}


async def test_killed_after_the_helpdesk_took_the_reply_counts_as_answered(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        decided = {"kind": "decided", "execution_id": "1", "route": "auto_sent"}
        await call(http, "events", decided, status=201)
        await claim(http, "1")
        await call(
            http, "events", {"kind": "posted", "execution_id": "1", "claim_key": KEY}, status=201
        )
        await expire()
        turn = await until(lambda: ended(http))
        assert (turn["route"], turn["ended_by"]) == ("auto_sent", "ledger")
        assert len(n8n.tickets) == 1


async def ended(http: httpx.AsyncClient) -> dict[str, Any] | None:
    turn = (await turns(http))[0]
    return turn if turn["state"] == "finished" else None


async def test_who_comes_back_late_may_still_say_how_it_really_ended(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        await claim(http, "1")
        await expire()
        await until(lambda: ended(http))
        posted = {"kind": "posted", "execution_id": "1", "claim_key": KEY}
        assert (await call(http, "events", posted, status=201))["claim_confirmed"]
        body = {"route": "auto_sent", "reasons": [], "execution_id": "1"}
        await call(http, "finish", body)
        turn = (await turns(http))[0]
        assert (turn["route"], turn["ended_by"]) == ("auto_sent", "workflow")


async def test_what_the_ledger_ended_is_announced_once(ledger: Start) -> None:
    async with ledger(queue_limit=0) as http:
        await register(http, a_ticket())
        query = {"state": "handed_to_human_by_ledger", "unannounced": True}
        listed = (await http.get("/inbox", params=query)).json()
        assert [entry["ticket_id"] for entry in listed["tickets"]] == ["django-helpdesk:1"]
        key = "django-helpdesk:1/turn-1/announce"
        await claim(http, None, action="announce", key=key)
        assert (await http.get("/inbox", params=query)).json()["tickets"] == []
        del query["unannounced"]
        listed = (await http.get("/inbox", params=query)).json()
        assert listed["tickets"][0]["announced"]


async def test_post_failed_leaves_the_claim_unconfirmed(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        await claim(http, "1")
        event = {"kind": "post_failed", "execution_id": "1", "claim_key": KEY}
        assert (await call(http, "events", event, status=201))["claim_confirmed"] is False
        listed = (await http.get("/claims", params={"confirmed": False})).json()
        assert listed["total"] == 1


async def test_a_run_that_could_not_begin_cannot_claim(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    """The ledger was away when it asked; its turn is handed out again."""
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        assert (await claim(http, "1", status=409))["code"] == "lease_lost"
        await expire()
        await until(lambda: len(n8n.tickets) == 2)
        await attempt(http, "2")
        await claim(http, "2")


async def test_another_workflow_may_claim_after_the_end(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await begin(http, n8n)
        assert (await claim(http, "review-run", 409, key="review-7/reply"))["code"] == "lease_lost"
        await finish(http, "1", "review")
        await claim(http, "review-run", key="review-7/reply")
        assert (await turns(http))[0]["state"] == "finished"
