"""HTTP of the retrieve service."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status

from services.common.app import ERRORS
from services.common.logs import bind_ticket
from services.common.parameters import IdInPath
from services.contracts import (
    DocumentList,
    DocumentStored,
    Evidence,
    HelpDocument,
    RetrieveRequest,
)
from services.retrieve.service import RetrieveService

router = APIRouter()


def _service(request: Request) -> RetrieveService:
    service: RetrieveService = request.app.state.service
    return service


Service = Annotated[RetrieveService, Depends(_service)]
Responses = dict[int | str, dict[str, Any]]
NOT_FOUND: Responses = {404: {**ERRORS[422], "description": "No such document"}}
CONFLICT: Responses = {409: {**ERRORS[422], "description": "Stored by others at the same time"}}


@router.post(
    "/retrieve",
    summary="Find what speaks to a ticket",
    tags=["retrieve"],
    response_model_exclude_none=True,  # readers that know no `answer` find none where none is used
)
async def retrieve(body: RetrieveRequest, service: Service) -> Evidence:
    """Return help documents and past corrections, the most telling first."""
    bind_ticket(body.ticket.id)
    return await service.retrieve(body)


@router.put(
    "/documents/{document_id:path}",
    summary="Store a help article in place of its former version",
    tags=["documents"],
    responses=CONFLICT,
)
async def put_document(
    document_id: IdInPath, body: HelpDocument, service: Service
) -> DocumentStored:
    """Split it by section; only parts whose text changed are embedded again."""
    return await service.put_document(document_id, body)


@router.delete(
    "/documents/{document_id:path}",
    summary="Forget a help article",
    tags=["documents"],
    status_code=status.HTTP_204_NO_CONTENT,
    responses=NOT_FOUND,
)
async def delete_document(document_id: IdInPath, service: Service) -> None:
    """Its parts are not found any more from now on."""
    await service.delete_document(document_id)


@router.get("/documents", summary="List the help articles", tags=["documents"])
async def list_documents(
    service: Service,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> DocumentList:
    """Return one page, in the order of the ids."""
    return await service.list_documents(limit, offset)
