"""The ledger in the test's process, and an n8n that does what a test tells it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from pydantic import HttpUrl, SecretStr

from local.postgres.embedded import free_port
from services.common.settings import CommonSettings, DatabaseSettings
from services.ledger.main import create_app
from services.ledger.settings import LedgerSettings
from tests.conftest import Client

KEY = "the-key-of-the-n8n-webhooks"

Answer = Callable[[dict[str, Any]], Awaitable[int]]


@dataclass
class FakeN8n:
    """A real HTTP server in n8n's place: remembers what it got, answers as told."""

    port: int = field(default_factory=free_port)
    tickets: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    status: int = 200
    on_ticket: Answer | None = None
    on_decision: Answer | None = None

    def url(self, path: str) -> HttpUrl:
        return HttpUrl(f"http://127.0.0.1:{self.port}/webhook/{path}")

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhook/triage")
        async def triage(request: Request) -> Response:
            return await self._take(request, self.tickets, self.on_ticket)

        @app.post("/webhook/apply-review-decision")
        async def apply(request: Request) -> Response:
            return await self._take(request, self.decisions, self.on_decision)

        return app

    async def _take(
        self, request: Request, taken: list[dict[str, Any]], answer: Answer | None
    ) -> Response:
        body = await request.json()
        self.keys.append(request.headers.get("X-Deskloop-Key"))
        status = await answer(body) if answer else self.status
        if status < 300:
            taken.append(body)
        return Response(status_code=status)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        config = uvicorn.Config(
            self.app(), port=self.port, log_config=None, ws="none", lifespan="off"
        )
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server._serve(None))
        await until(lambda: server.started)
        try:
            yield
        finally:
            server.should_exit = True
            await task


@pytest.fixture
async def n8n() -> AsyncIterator[FakeN8n]:
    fake = FakeN8n()
    async with fake.running():
        yield fake


Start = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def ledger(database_url: str, client: Client) -> Start:
    """`async with ledger(n8n, lease_seconds=1) as http:`; without n8n nothing is handed out."""

    @asynccontextmanager
    async def start(
        n8n: FakeN8n | None = None, **settings: Any
    ) -> AsyncIterator[httpx.AsyncClient]:
        async with client(make_app(database_url, n8n, **settings)) as http:
            yield http

    return start


Expire = Callable[..., Awaitable[None]]


@pytest.fixture
def expire(database_url: str) -> Expire:
    """`await expire()`: every lease runs out now, or in so many `seconds`.

    A lease short enough to wait for is also over before a busy machine has done what it is for.
    """

    async def run_out(seconds: float = 0) -> None:
        connection = await asyncpg.connect(database_url)
        for table in ("ledger_turns", "ledger_reviews"):
            await connection.execute(
                f"update {table} set lease_until = clock_timestamp() + make_interval(secs => $1) "
                "where lease_until is not null",
                seconds,
            )
        await connection.close()

    return run_out


def make_app(database_url: str, n8n: FakeN8n | None = None, **changes: Any) -> FastAPI:
    quick: dict[str, Any] = {
        "hand_out": n8n is not None,
        "n8n_key": SecretStr(KEY),
        "retry_base_seconds": 0.1,
        "away_max_seconds": 0.3,
        "poll_seconds": 0.5,
    }
    if n8n is not None:
        quick["triage_webhook_url"] = n8n.url("triage")
        quick["review_webhook_url"] = n8n.url("apply-review-decision")
    return create_app(
        LedgerSettings(**(quick | changes)),
        CommonSettings(),
        DatabaseSettings(database_url=database_url),
    )


def a_ticket(number: int | str = 1, **changes: Any) -> dict[str, Any]:
    """A ticket as the receiving workflow registers it."""
    ticket = {
        "id": f"django-helpdesk:{number}",
        "source": "django-helpdesk",
        "subject": "The hub does not connect",
        "body": "My hub blinks red and does not find the sensor.",
        "thread": [],
        "requester": {"id": "kim@example.org", "email": "kim@example.org"},
        "created_at": "2026-11-22T10:00:00Z",
    }
    return ticket | changes


def a_reply(number: int = 1, turns: int = 2, **changes: Any) -> dict[str, Any]:
    """The same ticket after the customer wrote `turns` times."""
    earlier = {"author": "customer", "body": "My hub blinks red.", "at": "2026-11-22T10:00:00Z"}
    ours = {"author": "agent", "body": "Restart it.", "at": "2026-11-22T10:30:00Z"}
    return a_ticket(
        number, thread=[earlier, ours] * (turns - 1), body="It still blinks.", **changes
    )


async def register(http: httpx.AsyncClient, ticket: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post("/tickets", json={"ticket": ticket})
    assert answer.status_code == 200, answer.text
    registered: dict[str, Any] = answer.json()
    return registered


async def call(
    http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200, number: int = 1
) -> dict[str, Any]:
    """POST to a ticket's call and return the answer."""
    answer = await http.post(f"/tickets/django-helpdesk:{number}/{path}", json=body)
    assert answer.status_code == status, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


async def attempt(http: httpx.AsyncClient, execution: str, number: int = 1) -> dict[str, Any]:
    return await call(http, "attempts", {"execution_id": execution}, number=number)


async def finish(
    http: httpx.AsyncClient, execution: str | None, route: str = "human", number: int = 1
) -> dict[str, Any]:
    body = {"route": route, "reasons": [], "execution_id": execution}
    return await call(http, "finish", body, number=number)


async def turns(http: httpx.AsyncClient, number: int = 1) -> list[dict[str, Any]]:
    answer = await http.get(f"/tickets/django-helpdesk:{number}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["turns"]
    return found


async def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until the condition (plain or awaitable) is true; return its value."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        value = condition()
        if asyncio.iscoroutine(value):
            value = await value
        if value:
            return value
        assert asyncio.get_running_loop().time() < end, f"not true within {seconds} s"
        await asyncio.sleep(0.02)
