"""HTTP of the draft step."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.common.counters import LanguageCounter
from services.common.errors import DeskloopError
from services.common.logs import bind_ticket
from services.contracts import Draft, DraftRequest
from services.draft.service import DraftService

router = APIRouter(tags=["draft"])


def _service(request: Request) -> DraftService:
    service: DraftService = request.app.state.service
    return service


Service = Annotated[DraftService, Depends(_service)]


@router.post("/draft", summary="Draft a reply from the given sources, or abstain with findings")
async def draft(body: DraftRequest, service: Service, request: Request) -> Draft:
    """Every citation's quote stands verbatim in its source; an abstention has an empty reply."""
    bind_ticket(body.ticket.id)
    written = await service.draft(body)
    counter: LanguageCounter = request.app.state.drafted
    counter.count(body.classification.language, abstained=written.abstained)
    return written


@router.post(
    "/draft/stream",
    summary="The same as server-sent events: `delta`s of the reply, then one `draft` or `error`",
    response_class=EventSourceResponse,
)
async def draft_stream(body: DraftRequest, service: Service) -> AsyncIterator[ServerSentEvent]:
    """Only the last event's draft was checked against its sources."""
    bind_ticket(body.ticket.id)
    try:
        async for piece in service.stream(body):
            if isinstance(piece, Draft):
                yield ServerSentEvent(event="draft", data=piece.model_dump(mode="json"))
            else:
                yield ServerSentEvent(event="delta", data={"text": piece})
    except DeskloopError as error:
        yield ServerSentEvent(event="error", data={"code": error.code, "detail": str(error)})
