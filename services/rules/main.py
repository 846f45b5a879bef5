"""The rules service's app: `uvicorn --factory services.rules.main:create_app --port 8102`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.database import Database
from services.common.settings import CommonSettings, DatabaseSettings
from services.rules.routes import decisions_router, policies_router
from services.rules.service import RulesService
from services.rules.settings import RulesSettings
from services.rules.store import PolicyStore


def create_app() -> FastAPI:
    """Build the app; raises `RulesFileError` where a rules file is wrong."""
    database = Database(DatabaseSettings())
    service = RulesService.load(RulesSettings(), PolicyStore(database))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    return create_service_app(
        "rules",
        "Decides what must reach a human, and whether a draft may be sent.",
        CommonSettings(),
        [decisions_router(service), policies_router(service)],
        lifespan=lifespan,
        checks={"database": database.check},
    )
