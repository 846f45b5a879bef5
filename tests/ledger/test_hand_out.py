"""Tickets get to n8n, some at a time, and come back when n8n fails."""

import asyncio
import time

import asyncpg

from tests.ledger.conftest import (
    KEY,
    FakeN8n,
    Start,
    a_ticket,
    attempt,
    finish,
    register,
    turns,
    until,
)


async def test_a_ticket_is_registered_handed_out_worked_on_and_finished(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        registered = await register(http, a_ticket())
        assert registered == {
            "ticket_id": "django-helpdesk:1",
            "status": "new",
            "turn": 1,
            "queue_depth": 1,
            "over_capacity": False,
        }
        await until(lambda: n8n.tickets)
        handed = n8n.tickets[0]
        assert (handed["ticket_id"], handed["attempt"], handed["turn"]) == (
            "django-helpdesk:1",
            1,
            1,
        )
        assert handed["ticket"]["body"] == a_ticket()["body"]
        assert n8n.keys == [KEY]
        started = await attempt(http, "17")
        assert (started["proceed"], started["attempt"]) == (True, 1)
        assert started["history"] == {
            "similar_asks": 0,
            "turns": 1,
            "answered_automatically": False,
        }
        ended = await finish(http, "17", "auto_sent")
        assert (ended["state"], ended["route"], ended["review_id"]) == (
            "finished",
            "auto_sent",
            None,
        )
        turn = (await turns(http))[0]
        assert (turn["state"], turn["route"], turn["ended_by"]) == (
            "finished",
            "auto_sent",
            "workflow",
        )
        await asyncio.sleep(0.3)
        assert len(n8n.tickets) == 1


async def test_the_hand_out_begins_at_once(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n, poll_seconds=30) as http:
        await register(http, a_ticket(0))
        await until(lambda: n8n.tickets)
        waits = []
        for number in range(1, 6):
            await register(http, a_ticket(number))
            registered = time.monotonic()
            await until(lambda n=number: len(n8n.tickets) > n)
            waits.append(time.monotonic() - registered)
        assert min(waits) < 0.2


async def test_no_more_than_the_limit_are_with_n8n_at_once(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n, concurrency=3) as http:
        for number in range(8):
            await register(http, a_ticket(number))
        await until(lambda: len(n8n.tickets) == 3)
        await asyncio.sleep(0.4)
        assert len(n8n.tickets) == 3
        inbox = (await http.get("/inbox")).json()
        assert (inbox["waiting"], inbox["leased"]) == (5, 3)
        for number in range(8):
            await until(lambda n=number: len(n8n.tickets) > n)
            await attempt(http, str(number), number=number)
            await finish(http, str(number), number=number)
        # they leave in order; on a busy machine two that leave together may swap
        arrived = [handed["ticket_id"][-1] for handed in n8n.tickets]
        assert set(arrived[:3]) == set("012")
        assert sorted(arrived) == list("01234567")


async def test_two_processes_share_one_limit_and_never_hand_out_twice(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n, concurrency=2) as one, ledger(n8n, concurrency=2):
        for number in range(6):
            await register(one, a_ticket(number))
        await until(lambda: len(n8n.tickets) == 2)
        await asyncio.sleep(0.4)
        assert len(n8n.tickets) == 2
        for done in range(6):
            await until(lambda n=done: len(n8n.tickets) > n)
            number = int(n8n.tickets[done]["ticket_id"][-1])
            await attempt(one, str(number), number=number)
            await finish(one, str(number), number=number)
        await asyncio.sleep(0.4)
        assert sorted(handed["ticket_id"][-1] for handed in n8n.tickets) == list("012345")


async def test_a_process_that_does_not_hand_out_only_takes_in(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n, hand_out=False) as http:
        await register(http, a_ticket())
        await asyncio.sleep(0.4)
        assert n8n.tickets == []
        assert (await turns(http))[0]["state"] == "waiting"
    async with ledger(n8n):
        await until(lambda: n8n.tickets)


async def test_a_restart_waits_for_the_lease_instead_of_handing_out_again(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
    async with ledger(n8n) as http:
        await asyncio.sleep(0.8)
        assert len(n8n.tickets) == 1
        assert (await attempt(http, "1"))["reason"] == "repeated"
        await finish(http, "1")


async def test_what_the_queue_lost_is_queued_again(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
    connection = await asyncpg.connect(database_url)
    await connection.execute("delete from pgqueuer")
    await connection.close()
    async with ledger(n8n):
        await until(lambda: n8n.tickets)


async def test_an_end_frees_the_place_at_once(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n, concurrency=1, poll_seconds=30) as http:
        for number in (1, 2):
            await register(http, a_ticket(number))
        await until(lambda: n8n.tickets)
        await attempt(http, "1", number=1)
        await finish(http, "1", number=1)
        await until(lambda: len(n8n.tickets) == 2)
