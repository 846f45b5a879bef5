"""The rules service's app: `uvicorn --factory services.rules.main:create_app --port 8102`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.common.app import create_service_app
from services.common.counters import LanguageCounter
from services.common.database import Database
from services.common.settings import CommonSettings, DatabaseSettings
from services.rules.advice import AdviceService
from services.rules.autonomy_service import AutonomyService
from services.rules.calibration_store import CalibrationStore
from services.rules.outcome_store import OutcomeStore
from services.rules.routes import decisions_router, policies_router
from services.rules.routes_advice import advice_router
from services.rules.routes_autonomy import autonomy_router
from services.rules.routes_calibration import calibration_router
from services.rules.service import RulesService
from services.rules.settings import RulesSettings
from services.rules.store import PolicyStore


def create_app() -> FastAPI:
    """Build the app; raises `RulesFileError` where a rules file is wrong."""
    database = Database(DatabaseSettings())
    policies = PolicyStore(database)
    service = RulesService.load(RulesSettings(), policies, CalibrationStore(database))
    fitted = [calibration_router(service.calibrations)] if service.calibrations else []
    advice = AdviceService(OutcomeStore(database), policies)
    earned = [autonomy_router(AutonomyService(database, policies))]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await database.close()

    app = create_service_app(
        "rules",
        "Decides what must reach a human, and whether a draft may be sent.",
        CommonSettings(),
        [
            decisions_router(service),
            policies_router(service),
            advice_router(advice),
            *fitted,
            *earned,
        ],
        lifespan=lifespan,
        checks={"database": database.check},
    )
    app.state.checked = LanguageCounter(app, "drafts_checked", "Drafts checked", "verdict")
    return app
