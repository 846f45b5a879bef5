"""A human end that nobody in the helpdesk was told of is listed until somebody is."""

from typing import Any

import httpx
import psycopg
import pytest

from tests.ledger.conftest import FakeN8n, Start, a_ticket, attempt, call, register, turns, until

NOT_POSTED = [{"rule": "not_posted", "detail": "It was not posted.", "effect": "require_human"}]
ANNOUNCE = {"action": "announce", "key": "django-helpdesk:1/turn-1/announce"}
LIST = "/inbox?state=handed_to_human_by_ledger&unannounced=true"


async def untold(http: httpx.AsyncClient) -> list[str]:
    entries: list[dict[str, Any]] = (await http.get(LIST)).json()["tickets"]
    return [entry["ticket_id"] for entry in entries]


async def end_without_posting(http: httpx.AsyncClient, n8n: FakeN8n, *events: str) -> None:
    await register(http, a_ticket())
    await until(lambda: n8n.tickets)
    await attempt(http, "e1")
    for kind in events:
        await call(http, "events", {"kind": kind, "execution_id": "e1"}, 201)
    body = {"route": "human", "reasons": NOT_POSTED, "execution_id": "e1"}
    await call(http, "finish", body)


async def test_it_is_listed_until_it_is_announced(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await end_without_posting(http, n8n)
        assert await untold(http) == ["django-helpdesk:1"]
        await call(http, "claims", ANNOUNCE, 201)
        assert await untold(http) == []
        await call(http, "claims", ANNOUNCE, 409)


async def test_an_announcement_that_nobody_confirmed_is_made_again(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    """n8n was killed between its claim and its note."""
    async with ledger(n8n) as http:
        await end_without_posting(http, n8n)
        await call(http, "claims", ANNOUNCE, 201)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("update ledger_claims set claimed_at = now() - interval '61 s'")
        assert await untold(http) == ["django-helpdesk:1"]
        await call(http, "claims", ANNOUNCE, 201)
        assert await untold(http) == []
        await call(http, "claims", ANNOUNCE, 409)
        told = {"kind": "posted", "execution_id": "r1", "claim_key": ANNOUNCE["key"]}
        await call(http, "events", told, 201)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("update ledger_claims set claimed_at = now() - interval '1 day'")
        assert await untold(http) == []
        await call(http, "claims", ANNOUNCE, 409)


@pytest.mark.parametrize(
    ("found", "route"), [("reply", "auto_sent"), ("note", "human"), ("agent", "human")]
)
async def test_a_reply_that_is_found_in_the_helpdesk_ends_the_turn_as_decided(
    ledger: Start, n8n: FakeN8n, found: str, route: str
) -> None:
    """The run died between posting and confirming: nobody knew, until somebody looked."""
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "e1")
        decided = {"kind": "decided", "execution_id": "e1", "route": "auto_sent"}
        await call(http, "events", decided, 201)
        claim = {"action": "reply", "key": "django-helpdesk:1/turn-1/reply", "execution_id": "e1"}
        await call(http, "claims", claim, 201)
        await http.post("/executions/e1/failed", json={})
        assert (await turns(http))[0]["route"] == "human"
        assert await untold(http) == ["django-helpdesk:1"]
        await call(http, "claims", ANNOUNCE, 201)
        seen = {"kind": "posted", "execution_id": "r1", "claim_key": ANNOUNCE["key"]}
        await call(http, "events", {**seen, "detail": {"found": found}}, 201)
        (turn,) = await turns(http)
        assert (turn["state"], turn["route"]) == ("finished", route)
        unconfirmed = (await http.get("/claims?confirmed=false")).json()["total"]
        assert unconfirmed == (0 if found == "reply" else 1)
        assert await untold(http) == []


async def test_not_where_somebody_was_faster(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await end_without_posting(http, n8n, "note")
        assert await untold(http) == []


@pytest.mark.parametrize(("confirmed", "listed"), [(False, True), (True, False)])
async def test_not_where_the_note_is_there(
    ledger: Start, n8n: FakeN8n, confirmed: bool, listed: bool
) -> None:
    key = "django-helpdesk:1/turn-1/note"
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "e1")
        claim = {"action": "note", "key": key, "execution_id": "e1"}
        await call(http, "claims", claim, 201)
        kind = "posted" if confirmed else "post_failed"
        event = {"kind": kind, "claim_key": key, "execution_id": "e1"}
        await call(http, "events", event, 201)
        body = {"route": "human", "reasons": NOT_POSTED, "execution_id": "e1"}
        await call(http, "finish", body)
        assert bool(await untold(http)) is listed
