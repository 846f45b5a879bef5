"""The call by which corrections are deleted for good."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from services.contracts.privacy import ErasedCorrections, ForgetCorrectionsRequest
from services.store_correction.erasure import CorrectionErasure

router = APIRouter(tags=["privacy"])


def _erasure(request: Request) -> CorrectionErasure:
    erasure: CorrectionErasure = request.app.state.erasure
    return erasure


@router.post("/privacy/forget", summary="Delete corrections with vectors and history")
async def forget_corrections(
    body: ForgetCorrectionsRequest, erasure: Annotated[CorrectionErasure, Depends(_erasure)]
) -> ErasedCorrections:
    """Of these tickets, and whichever contain one of the words. May be repeated."""
    return await erasure.forget(body.ticket_ids, body.words)
