"""HTTP routes of the fitted probability: its report, fitting anew, going back."""

from typing import Any

from fastapi import APIRouter

from services.contracts import Problem
from services.contracts.advice import (
    CalibrationReport,
    FitRequest,
    FitResult,
    ModelVersions,
    RollBackRequest,
)
from services.rules.calibrating import Calibrations

_NO_VERSION: dict[int | str, dict[str, Any]] = {
    404: {
        "description": "There is no such version",
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
}


def calibration_router(calibrations: Calibrations) -> APIRouter:
    """How probable it is that a reply needs no human, learned from outcomes."""
    router = APIRouter(prefix="/calibration", tags=["calibration"])

    @router.get("", summary="Versions, and how well the probability keeps its word")
    async def report() -> CalibrationReport:
        return await calibrations.report()

    @router.post("/refit", summary="Fit the probability anew from reviewed outcomes")
    async def refit(body: FitRequest) -> FitResult:
        return await calibrations.refit(body.by)

    @router.post("/rollback", summary="Use an earlier version again", responses=_NO_VERSION)
    async def roll_back(body: RollBackRequest) -> ModelVersions:
        return await calibrations.roll_back(body.version, body.by)

    return router
