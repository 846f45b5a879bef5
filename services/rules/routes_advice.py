"""HTTP routes of outcomes and of advice on thresholds."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.contracts import Problem
from services.contracts.advice import (
    AdviceApplied,
    AdviceFollowedList,
    ApplyAdviceRequest,
    FollowAdviceRequest,
    OutcomesStored,
    StoreOutcomesRequest,
    ThresholdAdvice,
    ThresholdSimulation,
)
from services.contracts.policies import Category
from services.rules.advice import AdviceService

_PROBLEM = {"application/problem+json": {"schema": Problem.model_json_schema()}}
_NO_POLICY: dict[int | str, dict[str, Any]] = {
    404: {"description": "The category has no policy", "content": _PROBLEM}
}
_REFUSED: dict[int | str, dict[str, Any]] = {
    409: {"description": "The evidence does not carry any threshold yet", "content": _PROBLEM}
}
Confidence = Annotated[float, Query(ge=0.5, lt=1)]


def advice_router(service: AdviceService) -> APIRouter:
    """Outcomes in, advice out."""
    router = APIRouter(tags=["advice"])

    @router.post("/outcomes", summary="Keep what humans found of answers")
    async def store(body: StoreOutcomesRequest) -> OutcomesStored:
        return await service.store(body)

    @router.get(
        "/policies/{category}/advice",
        summary="The lowest threshold that keeps the target",
        responses=_NO_POLICY,
    )
    async def advice(
        category: Annotated[Category, Path()],
        target: Annotated[float, Query(gt=0, le=0.5)] = 0.01,
        confidence: Confidence = 0.95,
    ) -> ThresholdAdvice:
        return await service.advice(category, target, confidence)

    @router.get(
        "/policies/{category}/simulation",
        summary="What a threshold would have sent",
        responses=_NO_POLICY,
    )
    async def simulation(
        category: Annotated[Category, Path()],
        threshold: Annotated[float, Query(ge=0, le=1)],
        confidence: Confidence = 0.95,
    ) -> ThresholdSimulation:
        return await service.simulation(category, threshold, confidence)

    @router.post(
        "/policies/{category}/advice",
        summary="Set the advised threshold",
        responses={**_NO_POLICY, **_REFUSED},
    )
    async def apply(
        category: Annotated[Category, Path()], body: ApplyAdviceRequest
    ) -> AdviceApplied:
        return await service.apply(category, body)

    @router.post("/advice/follow", summary="Set advised thresholds where the policy says so")
    async def follow(body: FollowAdviceRequest) -> AdviceFollowedList:
        return await service.follow(body)

    return router
