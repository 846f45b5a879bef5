"""HTTP of the classify step."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.classify.service import ClassifyService
from services.common.counters import LanguageCounter
from services.common.logs import bind_ticket
from services.contracts import Classification, ClassifyRequest

router = APIRouter(tags=["classify"])


def _service(request: Request) -> ClassifyService:
    service: ClassifyService = request.app.state.service
    return service


Service = Annotated[ClassifyService, Depends(_service)]


@router.post("/classify", summary="Category, intent, urgency, sentiment and language of a ticket")
async def classify(body: ClassifyRequest, service: Service, request: Request) -> Classification:
    """The category is one of the policy table's; `requires_human` is true where in doubt."""
    bind_ticket(body.ticket.id)
    found = await service.classify(body.ticket)
    counter: LanguageCounter = request.app.state.classified
    counter.count(found.language, human=found.requires_human)
    return found
