"""The console's app: `uvicorn --factory services.console.main:create_app --port 8107`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware
from starlette.staticfiles import StaticFiles

from services.common.app import create_service_app
from services.common.settings import CommonSettings
from services.console import handlers
from services.console.access import Access, Gate
from services.console.clients import CorrectionsApi, LedgerApi, RetrieveApi, RulesApi
from services.console.headers import SecureHeaders
from services.console.pages import STATIC, Pages
from services.console.routes import router
from services.console.sessions import COOKIE, Sessions
from services.console.settings import ConsoleSettings

Transports = Mapping[str, httpx.AsyncBaseTransport]
"""How to reach other services, by name; tests reach them without a network."""


@dataclass(frozen=True)
class Backends:
    """The services that the console calls."""

    ledger: LedgerApi
    rules: RulesApi
    retrieve: RetrieveApi
    corrections: CorrectionsApi

    async def close(self) -> None:
        """Close every connection."""
        for each in (self.ledger, self.rules, self.retrieve, self.corrections):
            await each.close()


def create_app(
    settings: ConsoleSettings | None = None,
    common: CommonSettings | None = None,
    transports: Transports | None = None,
) -> FastAPI:
    """Build the app from the environment, or from what is given."""
    settings, common = settings or ConsoleSettings(), common or CommonSettings()
    backends = _backends(settings, common, transports or {})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await backends.close()

    # no bearer token on its pages: people log in
    app = create_service_app(
        "console", "Where people review drafts and set the rules.", common, [], lifespan=lifespan
    )
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    access = Access(settings)
    app.state.backends = backends
    app.state.access = access
    app.state.gate = Gate(settings.login_failures, settings.login_wait_seconds)
    app.state.sessions = Sessions(settings, access)
    app.state.pages = Pages(settings.ticket_links)
    handlers.add_page_handlers(app)
    app.add_middleware(handlers.LastResort)
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.secret_key.get_secret_value(),
        session_cookie=COOKIE,
        max_age=int(settings.session_hours * 3600),
        same_site="lax",
        https_only=settings.secure_cookie,
    )
    app.add_middleware(SecureHeaders)
    return app


def _backends(
    settings: ConsoleSettings, common: CommonSettings, transports: Transports
) -> Backends:
    def http(name: str, url: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {common.token.get_secret_value()}"},
            timeout=settings.timeout_seconds,
            # shorter than uvicorn's: a connection is not used while the other side closes it
            limits=httpx.Limits(keepalive_expiry=3),
            transport=transports.get(name),
            trust_env=False,
        )

    return Backends(
        LedgerApi("ledger", http("ledger", settings.ledger_url)),
        RulesApi("rules", http("rules", settings.rules_url)),
        RetrieveApi("retrieve", http("retrieve", settings.retrieve_url)),
        CorrectionsApi("store_correction", http("store_correction", settings.store_correction_url)),
    )
