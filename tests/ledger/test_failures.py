"""n8n away, slow, broken or killed: the ticket waits, comes back, or goes to a human."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from services.ledger.webhooks import Delivery, meaning
from tests.ledger.conftest import (
    Expire,
    FakeN8n,
    Start,
    a_ticket,
    attempt,
    call,
    finish,
    register,
    turns,
    until,
)


async def failed(http: httpx.AsyncClient, execution: str) -> dict[str, Any]:
    body = {"workflow": "Triage incoming ticket", "node": "Draft", "message": "time-out"}
    answer = await http.post(f"/executions/{execution}/failed", json=body)
    assert answer.status_code == 200, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


async def test_a_lease_that_runs_out_is_handed_out_again_and_three_times_is_enough(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        for number in (1, 2, 3):
            await until(lambda n=number: len(n8n.tickets) == n)
            assert n8n.tickets[-1]["attempt"] == number
            if number == 2:
                await attempt(http, "2")
            await expire()
        turn = await until(lambda: ended(http))
        assert (turn["route"], turn["ended_by"], turn["failures"]) == ("human", "ledger", 2)
        assert [reason["rule"] for reason in turn["reasons"]] == ["machine_failed"]
        assert turn["reasons"][0]["effect"] == "require_human"
        await asyncio.sleep(0.5)
        assert len(n8n.tickets) == 3


async def ended(http: httpx.AsyncClient) -> dict[str, Any] | None:
    turn = (await turns(http))[0]
    return turn if turn["state"] == "finished" else None


async def test_a_failed_workflow_comes_back_after_a_pause(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n, retry_base_seconds=0.5) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        answer = await failed(http, "1")
        assert (answer["matched"], answer["handed_out_again"]) == (True, True)
        assert answer["ticket_id"] == "django-helpdesk:1"
        await asyncio.sleep(0.15)
        assert len(n8n.tickets) == 1
        await until(lambda: len(n8n.tickets) == 2)
        assert (await attempt(http, "2"))["proceed"]
        history = (await http.get("/tickets/django-helpdesk:1")).json()
        assert [one["end"] for one in history["attempts"]] == ["workflow_failed", None]
        assert history["events"][0]["kind"] == "workflow_failed"
        assert history["events"][0]["detail"]["node"] == "Draft"


async def test_a_failure_is_counted_once_however_often_it_is_told(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n, retry_base_seconds=5) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        for _ in range(4):
            await failed(http, "1")
        event = {"kind": "workflow_failed", "execution_id": "1"}
        await call(http, "events", event, status=201)
        assert (await turns(http))[0]["failures"] == 1


async def test_the_failure_of_one_that_lost_the_lease_does_not_stop_its_successor(
    ledger: Start, n8n: FakeN8n, expire: Expire
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await expire()
        await until(lambda: len(n8n.tickets) == 2)
        await attempt(http, "2")
        assert not (await failed(http, "1"))["handed_out_again"]
        turn = (await turns(http))[0]
        assert (turn["state"], turn["execution_id"], turn["failures"]) == ("leased", "2", 1)


async def test_an_unknown_execution_is_no_error(ledger: Start) -> None:
    async with ledger() as http:
        answer = await failed(http, "99")
        assert answer == {
            "matched": False,
            "ticket_id": None,
            "turn": None,
            "handed_out_again": False,
        }


async def test_a_failure_told_as_an_event_counts_too(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await call(http, "events", {"kind": "workflow_failed", "execution_id": "1"}, status=201)
        await until(lambda: len(n8n.tickets) == 2)


async def test_while_n8n_is_down_tickets_wait_and_nothing_is_counted(ledger: Start) -> None:
    away = FakeN8n()
    async with ledger(away, concurrency=2) as http:
        for number in (1, 2, 3):
            await register(http, a_ticket(number))
        await asyncio.sleep(1.2)
        assert (await turns(http))[0]["failures"] == 0
        async with away.running():
            for done in range(3):
                await until(lambda n=done: len(away.tickets) > n)
                number = int(away.tickets[done]["ticket_id"][-1])
                assert away.tickets[done]["attempt"] == 1
                await attempt(http, str(number), number=number)
                await finish(http, str(number), number=number)


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
async def test_a_webhook_that_is_not_there_counts_as_away(
    ledger: Start, n8n: FakeN8n, status: int
) -> None:
    n8n.status = status
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: len(n8n.keys) >= 3)
        n8n.status = 200
        await until(lambda: n8n.tickets)
        assert n8n.tickets[0]["attempt"] == 1
        assert (await turns(http))[0]["failures"] == 0


async def test_a_body_that_n8n_refuses_is_a_real_failure(ledger: Start, n8n: FakeN8n) -> None:
    n8n.status = 413
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        turn = await until(lambda: ended(http))
        assert (turn["route"], turn["reasons"][0]["rule"]) == ("human", "machine_failed")
        assert len(n8n.keys) == 3


async def test_an_n8n_that_never_answers_may_still_have_begun(ledger: Start, n8n: FakeN8n) -> None:
    async def hang(_: dict[str, Any]) -> int:
        await asyncio.sleep(0.6)
        return 200

    n8n.on_ticket = hang
    async with ledger(n8n, n8n_timeout_seconds=0.2) as http:
        await register(http, a_ticket())
        await until(lambda: len(n8n.keys) == 1)
        await asyncio.sleep(0.4)
        assert (await attempt(http, "1"))["proceed"]
        await finish(http, "1")
        assert len(n8n.keys) == 1


async def test_no_answer_and_no_beginning_is_tried_again_without_counting(
    ledger: Start, n8n: FakeN8n
) -> None:
    async def hang(_: dict[str, Any]) -> int:
        await asyncio.sleep(0.3)
        return 503

    n8n.on_ticket = hang
    async with ledger(n8n, n8n_timeout_seconds=0.1, lease_seconds=0.3) as http:
        await register(http, a_ticket())
        await until(lambda: len(n8n.keys) >= 4)
        n8n.on_ticket = None
        await until(lambda: n8n.tickets)
        assert (await turns(http))[0]["failures"] == 0


async def test_the_database_away_for_a_moment_stops_nothing(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket(1))
        await until(lambda: n8n.tickets)
        killer = await asyncpg.connect(database_url)
        await killer.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
        await killer.close()
        await asyncio.sleep(0.2)
        assert (await attempt(http, "1", number=1))["proceed"]
        await register(http, a_ticket(2))
        await until(lambda: len(n8n.tickets) == 2, seconds=15)
        assert n8n.tickets[1]["ticket_id"] == "django-helpdesk:2"
        await finish(http, "1", number=1)


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        (200, Delivery.ACCEPTED),
        (202, Delivery.ACCEPTED),
        (302, Delivery.AWAY),
        (400, Delivery.REFUSED),
        (403, Delivery.AWAY),
        (413, Delivery.REFUSED),
        (502, Delivery.AWAY),
    ],
)
def test_what_a_status_means(status: int, delivery: Delivery) -> None:
    assert meaning(status) is delivery
