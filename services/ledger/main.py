"""Starts the ledger: `uvicorn --factory services.ledger.main:create_app --port 8106`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.counters import LanguageCounter
from services.common.database import Database
from services.common.settings import CommonSettings, DatabaseSettings
from services.ledger.ledger import build_hand_out, build_ledger
from services.ledger.routes import router
from services.ledger.routes_learning import router as learning_router
from services.ledger.routes_privacy import router as privacy_router
from services.ledger.routes_read import router as read_router
from services.ledger.settings import LedgerSettings


def create_app(
    settings: LedgerSettings | None = None,
    common: CommonSettings | None = None,
    database_settings: DatabaseSettings | None = None,
) -> FastAPI:
    """Build the service; settings that are not given come from the environment."""
    settings = settings or LedgerSettings()
    where = database_settings or DatabaseSettings()
    database = Database(where)
    ledger = build_ledger(database, settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(timeout=settings.n8n_timeout_seconds) as client:
            hand_out = build_hand_out(
                database, where, settings, ledger.inbox, client, app.state.metrics
            )
            if settings.hand_out:
                hand_out.start()
            try:
                yield
            finally:
                await hand_out.stop()
                await database.close()

    app = create_service_app(
        "ledger",
        "Every ticket, decision, action, review and outcome; the inbox that loses none.",
        common or CommonSettings(),
        [router, read_router, learning_router, privacy_router],
        lifespan=lifespan,
        checks={"database": database.check},
    )
    app.state.ledger = ledger
    app.state.decided = LanguageCounter(app, "decided", "Decisions of the main story", "route")
    return app
