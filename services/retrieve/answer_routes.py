"""HTTP routes of the learned answers: fitting them anew, going back, which version is used."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from services.common.app import ERRORS
from services.contracts.advice import FitAnswersRequest, FitResult, ModelVersions, RollBackRequest
from services.retrieve.answer_fitting import AnswerFitting

router = APIRouter(prefix="/answers", tags=["answers"])


def _fitting(request: Request) -> AnswerFitting:
    fitting: AnswerFitting = request.app.state.fitting
    return fitting


Fitting = Annotated[AnswerFitting, Depends(_fitting)]
_MIXED: dict[int | str, dict[str, Any]] = {
    409: {**ERRORS[422], "description": "Corrections were embedded with several models"}
}
_NO_VERSION: dict[int | str, dict[str, Any]] = {
    404: {**ERRORS[422], "description": "There is no such version"}
}


@router.get("", summary="Versions of the answer model")
async def versions(fitting: Fitting) -> ModelVersions:
    """Newest first."""
    return await fitting.versions()


@router.post("/fit", summary="Fit the answer model anew from the corrections", responses=_MIXED)
async def fit(body: FitAnswersRequest, fitting: Fitting) -> FitResult:
    """Takes seconds; all processes take the new version up within half a minute."""
    return await fitting.refit(body.by, body.when_grown)


@router.post("/rollback", summary="Use an earlier version again", responses=_NO_VERSION)
async def roll_back(body: RollBackRequest, fitting: Fitting) -> ModelVersions:
    """The one before the active one, the one named, or none at all (0)."""
    return await fitting.roll_back(body.version, body.by)
