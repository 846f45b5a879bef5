"""The console with the real ledger, rules and correction store behind it, in one process."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from pydantic import SecretStr

from services.common.settings import CommonSettings
from services.console.main import create_app
from services.console.settings import ConsoleSettings
from services.retrieve.main import create_app as create_retrieve
from services.rules.main import create_app as create_rules
from services.store_correction.main import create_app as create_store
from tests.conftest import AUTH
from tests.counting_embedder import CountingEmbedder
from tests.ledger.conftest import (
    FakeN8n,
    a_ticket,
    attempt,
    call,
    finish,
    make_app,
    register,
    until,
)
from tests.ledger.samples import decided_event

PASSWORD = "Leaf-only-for-tests-42"
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def settings(**changes: Any) -> ConsoleSettings:
    """Settings of the console as tests have them."""
    values = {"password": SecretStr(PASSWORD), "secret_key": SecretStr("a-key-for-tests-" * 3)}
    return ConsoleSettings(**(values | changes))


class Away(httpx.AsyncBaseTransport):
    """A service that nobody reaches."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)


class Switch(httpx.AsyncBaseTransport):
    """A service that can be taken away; counts what it is asked."""

    def __init__(self, app: Any) -> None:
        self._there = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.away = False
        self.answer: httpx.Response | None = None
        self.failure: Exception | None = None
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.failure:
            raise self.failure
        if self.away:
            raise httpx.ConnectError("refused", request=request)
        return self.answer or await self._there.handle_async_request(request)


@dataclass
class Browser:
    """A person with a browser: keeps cookies, sends the forms of the page it sees."""

    http: httpx.AsyncClient
    page: str = ""
    seen: list[str] = field(default_factory=list)

    async def get(self, path: str, status: int = 200, **options: Any) -> str:
        answer = await self.http.get(path, **options)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:500]}"
        self.page = answer.text
        return self.page

    async def post(
        self, path: str, fields: dict[str, Any], status: int = 303, csrf: str | None = None
    ) -> httpx.Response:
        token = _CSRF.search(self.page)
        given = csrf if csrf is not None else token.group(1) if token else ""
        answer = await self.http.post(path, data={"csrf": given, **fields})
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:800]}"
        self.page = answer.text or self.page
        return answer

    async def log_in(self, name: str = "maya", password: str = PASSWORD, status: int = 303) -> Any:
        await self.get("/login")
        return await self.post("/login", {"name": name, "password": password}, status)


@dataclass
class System:
    """The console and what stands behind it."""

    app: FastAPI
    ledger: httpx.AsyncClient
    rules: httpx.AsyncClient
    store: httpx.AsyncClient
    retrieve: httpx.AsyncClient
    n8n: FakeN8n
    ways: dict[str, Switch]

    async def review(self, number: int = 1, **changes: Any) -> int:
        """Bring a ticket to a review; returns the review's id."""
        review_id: int = (await self.end(number, "review", **changes))["review_id"]
        return review_id

    async def end(self, number: int, route: str, **changes: Any) -> dict[str, Any]:
        """Bring a ticket to an end, the way the main workflow does."""
        ticket = a_ticket(number, **changes.pop("ticket", {}))
        event = decided_event(f"x{number}", route=route, **changes) | changes.pop("event", {})
        event = {name: value for name, value in event.items() if value is not None}
        await register(self.ledger, ticket)
        await until(lambda: any(t["ticket_id"] == ticket["id"] for t in self.n8n.tickets))
        await attempt(self.ledger, f"x{number}", number=number)
        await call(self.ledger, "events", event, status=201, number=number)
        return await finish(self.ledger, f"x{number}", route, number=number)


@pytest.fixture
async def n8n() -> AsyncIterator[FakeN8n]:
    fake = FakeN8n()
    async with fake.running():
        yield fake


@pytest.fixture
async def system(
    database_url: str, monkeypatch: pytest.MonkeyPatch, n8n: FakeN8n
) -> AsyncIterator[System]:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    apps = {
        "ledger": make_app(database_url, n8n),
        "rules": create_rules(),
        "store_correction": create_store(CountingEmbedder()),
        "retrieve": create_retrieve(CountingEmbedder()),
    }
    async with AsyncExitStack() as stack:
        ways = {
            name: Switch((await stack.enter_async_context(LifespanManager(app))).app)
            for name, app in apps.items()
        }
        direct = [
            await stack.enter_async_context(
                httpx.AsyncClient(transport=way._there, base_url="http://service", headers=AUTH)
            )
            for way in ways.values()
        ]
        app = create_app(settings(), CommonSettings(), ways)
        await stack.enter_async_context(LifespanManager(app))
        yield System(app, *direct, n8n, ways)


@pytest.fixture
async def stranger(system: System) -> AsyncIterator[Browser]:
    """A browser that is not logged in."""
    transport = httpx.ASGITransport(system.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://console.example") as http:
        yield Browser(http)


@pytest.fixture
async def browser(stranger: Browser) -> Browser:
    """Maya, logged in."""
    await stranger.log_in()
    return stranger


def lone_app(**changes: Any) -> FastAPI:
    """The console with nothing behind it."""
    ways = {name: Away() for name in ("ledger", "rules", "retrieve", "store_correction")}
    return create_app(settings(**changes), CommonSettings(), ways)


async def open_browser(app: FastAPI, stack: AsyncExitStack) -> Browser:
    """A browser of its own on `app`."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://console.example")
    return Browser(await stack.enter_async_context(client))
