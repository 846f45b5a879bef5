"""The store_correction service's application; start it with `uvicorn --factory`."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.database import Database
from services.common.embeddings import Embedder, EmbeddingSettings, create_embedder
from services.common.errors import DatabaseUnavailable
from services.common.readiness import EmbedderCheck
from services.common.settings import CommonSettings, DatabaseSettings
from services.store_correction.erasure import CorrectionErasure
from services.store_correction.language import tell_languages
from services.store_correction.quality import personal_data
from services.store_correction.report import CorrectionReports
from services.store_correction.routes import router
from services.store_correction.routes_privacy import router as privacy_router
from services.store_correction.service import CorrectionService
from services.store_correction.settings import StoreCorrectionSettings
from services.store_correction.store import CorrectionStore
from services.store_correction.store_report import ReportStore


def create_app(embedder: Embedder | None = None) -> FastAPI:
    """Build the application from the environment; `embedder` replaces the configured one."""
    database = Database(DatabaseSettings())
    chosen = embedder or create_embedder(EmbeddingSettings())
    store = CorrectionStore(database, chosen.name, chosen.dimensions)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # loading the recognisers takes seconds; not in the first agent's request
        threading.Thread(target=personal_data, args=("warm@up.example",), daemon=True).start()
        telling = asyncio.create_task(_tell_languages(store))
        yield
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await chosen.close()
        await database.close()

    app = create_service_app(
        "store_correction",
        "Keeps what humans taught, and how it relates to what was taught before.",
        CommonSettings(),
        [router, privacy_router],
        lifespan=lifespan,
        checks={"database": store.check, "embeddings": EmbedderCheck(chosen)},
    )
    settings = StoreCorrectionSettings()
    service = CorrectionService(store, chosen, settings)
    app.state.service = service
    app.state.reports = CorrectionReports(ReportStore(database), settings)
    app.state.erasure = CorrectionErasure(database, store, service.settle)
    return app


async def _tell_languages(store: CorrectionStore) -> None:
    """Until then `retrieve` looks at the texts itself; a database that is away is no hurry."""
    try:
        await tell_languages(store)
    except DatabaseUnavailable:
        structlog.get_logger(__name__).warning("correction_languages_not_told")
