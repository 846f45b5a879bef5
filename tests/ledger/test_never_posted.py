"""A human end that nobody in the helpdesk was told of is listed until somebody is."""

from typing import Any

import httpx
import pytest

from tests.ledger.conftest import FakeN8n, Start, a_ticket, attempt, call, register, until

NOT_POSTED = [{"rule": "not_posted", "detail": "It was not posted.", "effect": "require_human"}]
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
        key = "django-helpdesk:1/turn-1/announce"
        await call(http, "claims", {"action": "announce", "key": key}, 201)
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
