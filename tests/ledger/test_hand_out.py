"""Tickets get to n8n, some at a time, and come back when n8n fails."""

import asyncio
import time

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
        assert sorted(waits)[2] < 0.2
