"""HTTP routes of earned autonomy."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.contracts import Problem
from services.contracts.autonomy import (
    AutonomyEventList,
    AutonomyList,
    AutonomyReview,
    AutonomyState,
    DecideAutonomyRequest,
    Language,
)
from services.contracts.policies import Category
from services.rules.autonomy_service import AutonomyService

_PROBLEM = {"application/problem+json": {"schema": Problem.model_json_schema()}}
_REFUSED: dict[int | str, dict[str, Any]] = {
    404: {"description": "The category has no policy", "content": _PROBLEM},
    409: {"description": "It is so already", "content": _PROBLEM},
}


def autonomy_router(service: AutonomyService) -> APIRouter:
    """Who may answer without a human, by category and language."""
    router = APIRouter(prefix="/autonomy", tags=["autonomy"])

    @router.get("", summary="How it stands with every language that was reviewed")
    async def states() -> AutonomyList:
        return await service.states()

    @router.get("/events", summary="What was changed, newest first")
    async def events(
        category: Annotated[Category | None, Query()] = None,
        language: Annotated[Language | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> AutonomyEventList:
        return await service.events(category, language, limit)

    @router.post("/review", summary="Promote, propose and demote what the evidence asks for")
    async def review() -> AutonomyReview:
        return await service.review()

    @router.post(
        "/{category}/{language}", summary="A person promotes or demotes", responses=_REFUSED
    )
    async def decide(
        category: Annotated[Category, Path()],
        language: Annotated[Language, Path()],
        body: DecideAutonomyRequest,
    ) -> AutonomyState:
        return await service.decide(category, language, body)

    return router
