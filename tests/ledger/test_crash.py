"""The ledger killed at any moment: nothing is lost, nothing runs twice at the same time."""

import asyncio
import contextlib
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from local.postgres.embedded import free_port
from tests.conftest import AUTH, TOKEN
from tests.ledger.conftest import KEY, FakeN8n, a_ticket, attempt, finish, register, turns, until


class Process:
    """A ledger of its own, started and killed like the real one."""

    def __init__(self, database_url: str, n8n: FakeN8n, **settings: Any) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        changes = {f"LEDGER_{name.upper()}": str(value) for name, value in settings.items()}
        self._environment = {
            **os.environ,
            "DESKLOOP_TOKEN": TOKEN,
            "DESKLOOP_DATABASE_URL": database_url,
            "LEDGER_TRIAGE_WEBHOOK_URL": str(n8n.url("triage")),
            "LEDGER_N8N_KEY": KEY,
            "LEDGER_WORKER_TIMEOUT_SECONDS": "1",
            "LEDGER_POLL_SECONDS": "0.3",
            "LEDGER_RETRY_BASE_SECONDS": "0.1",
            **changes,
        }

    async def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "--factory", "services.ledger.main:create_app"]
        self._process = await asyncio.to_thread(
            subprocess.Popen,
            [*command, "--port", str(self.port), "--log-level", "warning"],
            env=self._environment,
            stdout=subprocess.DEVNULL,
        )
        async with httpx.AsyncClient(base_url=self.url) as http:

            async def answers() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    return (await http.get("/ready")).status_code == 200
                return False

            await until(answers, seconds=60)

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    async def end(self) -> int:
        assert self._process is not None
        self._process.terminate()
        code = await asyncio.to_thread(self._process.wait, 30)
        self._process = None
        return code


@contextlib.asynccontextmanager
async def running(process: Process) -> AsyncIterator[httpx.AsyncClient]:
    await process.start()
    try:
        async with httpx.AsyncClient(base_url=process.url, headers=AUTH) as http:
            yield http
    finally:
        await process.kill()


async def test_killed_mid_lease_it_waits_for_the_holder(database_url: str, n8n: FakeN8n) -> None:
    process = Process(database_url, n8n, lease_seconds=60)
    async with running(process) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await process.kill()
        await process.start()
        await asyncio.sleep(2.5)
        assert len(n8n.tickets) == 1
        assert (await attempt(http, "2"))["reason"] == "other_execution"
        assert (await finish(http, "1", "auto_sent"))["state"] == "finished"


async def test_a_lease_that_ran_out_while_it_was_dead_is_found(
    database_url: str, n8n: FakeN8n
) -> None:
    process = Process(database_url, n8n, lease_seconds=1)
    async with running(process) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await process.kill()
        await asyncio.sleep(1)
        await process.start()
        await until(lambda: len(n8n.tickets) == 2, seconds=10)
        assert n8n.tickets[1]["attempt"] == 2
        assert (await turns(http))[0]["failures"] == 1


async def test_a_polite_stop_gives_everything_back_quickly(database_url: str, n8n: FakeN8n) -> None:
    process = Process(database_url, n8n, lease_seconds=60)
    async with running(process) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        started = asyncio.get_running_loop().time()
        await process.end()
        assert asyncio.get_running_loop().time() - started < 8
        await process.start()
        await finish(http, "1")
        assert [turn["attempt"] for turn in await turns(http)] == [1]


class Worker:
    """Does what the triage workflow does, and checks that it is alone on a ticket."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._numbers = iter(range(1, 10_000))
        self._at_work: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.tasks: set[asyncio.Task[None]] = set()

    async def take(self, body: dict[str, Any]) -> int:
        task = asyncio.create_task(self._work(body["ticket_id"], f"run-{next(self._numbers)}"))
        self.tasks.add(task)
        return 200

    async def _work(self, ticket_id: str, execution: str) -> None:
        async with httpx.AsyncClient(base_url=self._url, headers=AUTH) as http:
            with contextlib.suppress(httpx.HTTPError):
                await self._triage(http, f"/tickets/{ticket_id}", ticket_id, execution)

    async def _triage(
        self, http: httpx.AsyncClient, path: str, ticket_id: str, execution: str
    ) -> None:
        who = {"execution_id": execution}
        answer = await http.post(f"{path}/attempts", json=who)
        if not answer.json().get("proceed"):
            return
        self._at_work[ticket_id] += 1
        assert self._at_work[ticket_id] == 1, f"{ticket_id} runs twice"
        try:
            await asyncio.sleep(random.uniform(0, 0.1))
            key = f"{ticket_id}/turn-1/reply"
            claim = who | {"action": "reply", "key": key}
            if (await http.post(f"{path}/claims", json=claim)).status_code != 201:
                return
            self.sent[ticket_id] += 1
            posted = who | {"kind": "posted", "claim_key": key}
            await http.post(f"{path}/events", json=posted)
            end = who | {"route": "auto_sent", "reasons": []}
            await http.post(f"{path}/finish", json=end)
        finally:
            self._at_work[ticket_id] -= 1


@pytest.mark.parametrize("seed", [1])
async def test_killed_again_and_again_no_ticket_is_lost_or_answered_twice(
    database_url: str, n8n: FakeN8n, seed: int
) -> None:
    chance = random.Random(seed)
    process = Process(database_url, n8n, lease_seconds=4, failure_limit=20, concurrency=4)
    worker = Worker(process.url)
    n8n.on_ticket = worker.take
    tickets = [f"django-helpdesk:{number}" for number in range(12)]
    async with running(process) as http:
        for number in range(12):
            await register(http, a_ticket(number))
        for _ in range(3):
            await asyncio.sleep(chance.uniform(0.05, 0.6))
            await process.kill()
            await process.start()

        async def all_ended() -> bool:
            found = await http.get("/inbox", params={"state": "open"})
            return found.json()["total"] == 0

        await until(all_ended, seconds=120)
        await asyncio.gather(*worker.tasks)
        assert max(worker.sent.values()) == 1
        for number, ticket_id in enumerate(tickets):
            turn = (await turns(http, number))[0]
            unconfirmed = [reason["rule"] for reason in turn["reasons"]] == ["claim_unconfirmed"]
            assert turn["route"] == "human" if unconfirmed else worker.sent[ticket_id] == 1
