"""Each customer turn is taken in once, whatever the helpdesk repeats."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from tests.ledger.conftest import (
    FakeN8n,
    Start,
    a_reply,
    a_ticket,
    attempt,
    finish,
    register,
    turns,
    until,
)


async def test_five_at_once_are_one_new_and_four_duplicates(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        answers = await asyncio.gather(*[register(http, a_ticket()) for _ in range(5)])
        assert sorted(answer["status"] for answer in answers) == ["duplicate"] * 4 + ["new"]
        await until(lambda: n8n.tickets)
        await asyncio.sleep(0.3)
        assert len(n8n.tickets) == 1


async def test_a_reply_is_a_new_turn_and_an_older_turn_a_duplicate(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        reply = await register(http, a_reply(turns=3))
        assert (reply["status"], reply["turn"]) == ("reply", 3)
        late = await register(http, a_reply(turns=2))
        assert (late["status"], late["turn"]) == ("duplicate", 2)
        assert [turn["turn"] for turn in await turns(http)] == [1, 3]


async def test_a_reply_takes_the_place_of_an_unfinished_run(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        reply = await register(http, a_reply())
        assert reply["queue_depth"] == 1
        await until(lambda: len(n8n.tickets) == 2)
        assert n8n.tickets[1]["ticket"]["body"] == a_reply()["body"]
        stopped = await attempt(http, "1")
        assert (stopped["proceed"], stopped["reason"]) == (False, "superseded")
        assert [turn["state"] for turn in await turns(http)] == ["superseded", "leased"]


async def test_a_waiting_run_that_is_superseded_leaves_the_queue(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        assert (await register(http, a_reply()))["queue_depth"] == 1
        inbox = (await http.get("/inbox", params={"state": "open"})).json()
        assert [(entry["turn"], entry["state"]) for entry in inbox["tickets"]] == [(2, "waiting")]


async def test_above_the_limit_a_human_gets_the_ticket_and_it_is_marked(ledger: Start) -> None:
    async with ledger(queue_limit=2) as http:
        for number in (1, 2):
            assert not (await register(http, a_ticket(number)))["over_capacity"]
        third = await register(http, a_ticket(3))
        assert (third["status"], third["over_capacity"], third["queue_depth"]) == ("new", True, 2)
        assert (await register(http, a_ticket(3)))["over_capacity"]
        turn = (await turns(http, 3))[0]
        assert (turn["route"], turn["ended_by"]) == ("human", "ledger")
        assert [reason["rule"] for reason in turn["reasons"]] == ["over_capacity"]


async def test_the_queue_limit_frees_up_again(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n, queue_limit=1) as http:
        await register(http, a_ticket(1))
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await finish(http, "1")
        assert not (await register(http, a_ticket(2)))["over_capacity"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "ticket.id"),
        ({"id": "other:1"}, "ticket"),
        ({"body": "a\x00b"}, "ticket.body"),
        ({"priority": 1}, "ticket.priority"),
        ({"created_at": "yesterday"}, "ticket.created_at"),
    ],
)
async def test_bad_tickets_are_refused_by_field(
    ledger: Start, changes: dict[str, Any], field: str
) -> None:
    async with ledger() as http:
        answer = await http.post("/tickets", json={"ticket": a_ticket(**changes)})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field


async def test_what_json_in_the_database_cannot_hold_is_refused(ledger: Start) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        body = '{"kind": "note", "detail": {"size": 1e999}}'
        headers = {"Content-Type": "application/json"}
        path = "/tickets/django-helpdesk:1/events"
        answer = await http.post(path, content=body, headers=headers)
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] == "unstorable_value"


@pytest.mark.parametrize("number", ["4/2", "ä ö", "a:b?c#d", "%41"])
async def test_odd_external_ids_are_found_again(ledger: Start, number: str) -> None:
    async with ledger() as http:
        await register(http, a_ticket(number))
        path = f"/tickets/{quote(f'django-helpdesk:{number}', safe='')}"
        answer = await http.get(path)
        assert answer.json()["ticket"]["id"] == f"django-helpdesk:{number}"
        answer = await http.post(f"{path}/attempts", json={"execution_id": "1"})
        assert answer.json()["reason"] == "not_handed_out"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-05:00"])
async def test_a_ticket_without_a_real_date_is_taken_in(ledger: Start, at: str) -> None:
    async with ledger() as http:
        assert (await register(http, a_ticket(created_at=at)))["status"] == "new"
        assert [turn["state"] for turn in await turns(http)] == ["waiting"]
