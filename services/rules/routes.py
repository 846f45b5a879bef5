"""HTTP routes of the rules service."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from services.common.counters import LanguageCounter
from services.common.logs import bind_ticket
from services.contracts import CheckDraftRequest, DraftCheck, Problem, Triage, TriageRequest
from services.contracts.policies import (
    ApplyPresetRequest,
    Category,
    CategoryPolicy,
    PolicyList,
    PutPolicyRequest,
)
from services.rules.service import RulesService

_PROBLEM = {"application/problem+json": {"schema": Problem.model_json_schema()}}
_NO_PRESET: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no preset of that name", "content": _PROBLEM}
}
_CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"description": "Somebody changed it after `unchanged_since`", "content": _PROBLEM}
}


def decisions_router(service: RulesService) -> APIRouter:
    """The two calls of the main story."""
    router = APIRouter(tags=["decisions"])

    @router.post("/triage", summary="Decide what can be decided without a draft")
    async def triage(body: TriageRequest) -> Triage:
        bind_ticket(body.ticket.id)
        return await service.triage(body)

    @router.post("/check-draft", summary="Decide whether a draft may be sent")
    async def check_draft(body: CheckDraftRequest, request: Request) -> DraftCheck:
        bind_ticket(body.ticket.id)
        checked = await service.check_draft(body)
        counter: LanguageCounter = request.app.state.checked
        counter.count(body.classification.language, verdict=checked.verdict.value)
        return checked

    return router


def policies_router(service: RulesService) -> APIRouter:
    """What the console reads and changes."""
    router = APIRouter(prefix="/policies", tags=["policies"])

    @router.get("", summary="Every category's policy, and the presets")
    async def policies() -> PolicyList:
        return await service.policies()

    @router.put(
        "/{category}", summary="Replace or create one category's policy", responses=_CHANGED
    )
    async def put_policy(
        category: Annotated[Category, Path()], body: PutPolicyRequest
    ) -> CategoryPolicy:
        return await service.put_policy(category, body)

    @router.post(
        "/preset/{name}", summary="Give every category a preset's values", responses=_NO_PRESET
    )
    async def apply_preset(name: str, body: ApplyPresetRequest) -> PolicyList:
        return await service.apply_preset(name, body.updated_by)

    return router
