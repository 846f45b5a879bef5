"""The retrieve service's application; start it with `uvicorn --factory`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.database import Database
from services.common.embeddings import Embedder, EmbeddingSettings, create_embedder
from services.common.errors import Unavailable
from services.common.llm import ModelSettings
from services.common.readiness import EmbedderCheck
from services.common.settings import CommonSettings, DatabaseSettings
from services.retrieve.answer_finder import AnswerFinder
from services.retrieve.answer_fitting import AnswerFitting
from services.retrieve.answer_routes import router as answer_router
from services.retrieve.answer_store import AnswerStore
from services.retrieve.routes import router
from services.retrieve.routes_sync import router as sync_router
from services.retrieve.service import RetrieveService
from services.retrieve.settings import RetrieveSettings
from services.retrieve.store import RetrieveStore
from services.retrieve.sync import HelpCentreSync
from services.retrieve.sync_store import SyncStore
from services.retrieve.translation import create_translator


def create_app(embedder: Embedder | None = None) -> FastAPI:
    """Build the application from the environment; `embedder` replaces the configured one."""
    database = Database(DatabaseSettings())
    chosen = embedder or create_embedder(EmbeddingSettings())
    store = RetrieveStore(database, chosen.name, chosen.dimensions)
    settings = RetrieveSettings()
    answers = AnswerStore(database, chosen.name, chosen.dimensions)
    finder = AnswerFinder(answers, chosen.name, settings) if settings.answer_model else None
    translator = create_translator(settings, ModelSettings(), store)
    service = RetrieveService(store, chosen, settings, finder, translator)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await service.warn_about_other_models()
        except Unavailable:
            structlog.get_logger("lifecycle").warning("database_away_at_start")
        yield
        if translator is not None:
            await translator.close()
        await chosen.close()
        await database.close()

    app = create_service_app(
        "retrieve",
        "Finds help documents and past corrections that speak to a ticket.",
        CommonSettings(),
        [router, answer_router, sync_router],
        lifespan=lifespan,
        checks={"database": store.check, "embeddings": EmbedderCheck(chosen)},
    )
    app.state.service = service
    app.state.fitting = AnswerFitting(answers, chosen, settings)
    app.state.settings = settings
    app.state.sync = HelpCentreSync(SyncStore(database), service)
    return app
