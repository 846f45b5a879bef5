"""HTTP of the store_correction service."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, status

from services.common.app import ERRORS
from services.common.logs import bind_ticket
from services.common.parameters import StorableText
from services.contracts import (
    CorrectionChange,
    CorrectionDecisionRequest,
    CorrectionList,
    CorrectionPatch,
    CorrectionReport,
    CorrectionStored,
    Quality,
    StoreCorrectionRequest,
    StoredCorrection,
)
from services.store_correction.errors import CorrectionNotFound
from services.store_correction.report import CorrectionReports
from services.store_correction.service import CorrectionService
from services.store_correction.store import Filters

router = APIRouter(tags=["corrections"])


def _service(request: Request) -> CorrectionService:
    service: CorrectionService = request.app.state.service
    return service


def _reports(request: Request) -> CorrectionReports:
    reports: CorrectionReports = request.app.state.reports
    return reports


def _correction_id(correction_id: str) -> UUID:
    try:
        return UUID(correction_id)
    except ValueError as error:
        raise CorrectionNotFound("There is no correction with this id.") from error


Service = Annotated[CorrectionService, Depends(_service)]
Reports = Annotated[CorrectionReports, Depends(_reports)]
CorrectionId = Annotated[UUID, Depends(_correction_id)]
AgentId = Annotated[
    str | None,
    Header(alias="X-Agent-ID", max_length=200, description="Who does it, for the audit."),
]
Filter = Annotated[StorableText | None, Query(max_length=200)]
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {**ERRORS[422], "description": "No such correction"}
}


@router.post("/corrections", summary="Store how a human resolved a ticket")
async def store_correction(
    body: StoreCorrectionRequest, service: Service, agent_id: AgentId = None
) -> CorrectionStored:
    """Store it once; the same correction sent again answers `stored: false`."""
    bind_ticket(body.ticket_id)
    return await service.add(body, agent_id)


@router.get("/corrections", summary="List and search corrections")
async def list_corrections(
    service: Service,
    category: Filter = None,
    active: bool | None = None,
    ticket_id: Filter = None,
    quality: Quality | None = None,
    search: Filter = None,
    needs_review: Annotated[
        bool | None, Query(description="True: contradicted or stale, until somebody decides.")
    ] = None,
    duplicate_of: Annotated[UUID | None, Query(description="Those that say the same.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> CorrectionList:
    """Return one page, newest first; `search` looks into question, resolution and summary."""
    filters = Filters(category, active, ticket_id, quality, search, needs_review, duplicate_of)
    return await service.list_corrections(filters, limit, offset)


@router.get("/corrections/report", summary="Which corrections are doubtful, and why")
async def report_quality(
    reports: Reports,
    category: Filter = None,
    language: Annotated[
        str | None, Query(pattern=r"^[a-z]{2,8}$", description="A primary language tag.")
    ] = None,
    unused_days: Annotated[
        int | None, Query(ge=1, le=36_500, description="Instead of the setting.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> CorrectionReport:
    """Return how good the store is, and one page of what to look at, the most doubtful first."""
    return await reports.report(category, language, unused_days, limit, offset)


@router.get("/corrections/{correction_id}", summary="One correction", responses=NOT_FOUND)
async def get_correction(correction_id: CorrectionId, service: Service) -> StoredCorrection:
    """Return it, whether active or not."""
    return await service.get(correction_id)


@router.get(
    "/corrections/{correction_id}/changes",
    summary="Who changed what of a correction",
    responses=NOT_FOUND,
)
async def list_changes(correction_id: CorrectionId, service: Service) -> list[CorrectionChange]:
    """Return the changes, newest first, at most 200."""
    return await service.changes(correction_id)


@router.patch(
    "/corrections/{correction_id}",
    summary="Edit, deactivate or restore a correction",
    responses={**NOT_FOUND, 409: {**ERRORS[422], "description": "Somebody changed it meanwhile"}},
)
async def patch_correction(
    correction_id: CorrectionId, body: CorrectionPatch, service: Service, agent_id: AgentId = None
) -> StoredCorrection:
    """Change what is given; `active: true` restores."""
    return await service.patch(correction_id, body, agent_id)


@router.post(
    "/corrections/{correction_id}/decision",
    summary="Decide on a contradicted or stale correction",
    responses={**NOT_FOUND, 409: {**ERRORS[422], "description": "There is nothing to decide"}},
)
async def decide_correction(
    correction_id: CorrectionId, body: CorrectionDecisionRequest, service: Service
) -> StoredCorrection:
    """Keep both, keep this one instead of those that contradict it, or deactivate it."""
    return await service.decide(correction_id, body)


@router.delete(
    "/corrections/{correction_id}",
    summary="Deactivate a correction; its history is kept",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=NOT_FOUND,
)
async def deactivate_correction(
    correction_id: CorrectionId, service: Service, agent_id: AgentId = None
) -> None:
    """It is no evidence any more from now on."""
    await service.patch(correction_id, CorrectionPatch(active=False), agent_id)
