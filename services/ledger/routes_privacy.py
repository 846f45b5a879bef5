"""The calls by which what customers wrote is deleted."""

from fastapi import APIRouter

from services.contracts.privacy import (
    Erased,
    ErasedQuotes,
    ExpireRequest,
    ForgetQuotesRequest,
    ForgetRequest,
)
from services.ledger.ledger import LedgerDependency
from services.ledger.parameters import problems

router = APIRouter(tags=["privacy"], prefix="/privacy")


@router.post(
    "/forget",
    summary="Delete what a requester wrote",
    responses=problems(_404="No ticket is of this requester"),
)
async def forget_requester(body: ForgetRequest, ledger: LedgerDependency) -> Erased:
    """Erases texts and names; open work ends with a human. May be repeated."""
    return await ledger.erasure.forget(body.requester)


@router.post("/expire", summary="Delete what was written long ago")
async def expire_tickets(body: ExpireRequest, ledger: LedgerDependency) -> Erased:
    """At most 10,000 tickets a call, on which nothing happened for so many days."""
    return await ledger.erasure.expire(body.older_than_days)


@router.post("/quotes", summary="Delete what events repeat of deleted corrections")
async def forget_quotes(body: ForgetQuotesRequest, ledger: LedgerDependency) -> ErasedQuotes:
    """Summaries, quotes and findings of corrections that store_correction deleted."""
    return await ledger.erasure.forget_quotes(body.correction_ids)
