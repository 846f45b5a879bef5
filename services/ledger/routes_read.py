"""The calls of the console and the maintenance flows: what is there, reviews and measures."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.contracts import ReviewDecisionRequest
from services.contracts.ledger_answers import (
    Bucket,
    ClaimList,
    Inbox,
    InboxFilter,
    Review,
    ReviewList,
    ReviewState,
    Series,
    Summary,
    TicketHistory,
)
from services.contracts.ledger_resolution import Resolution
from services.contracts.ledger_simulation import Simulation
from services.ledger.ledger import LedgerDependency
from services.ledger.parameters import (
    Category,
    Language,
    Limit,
    Moment,
    Offset,
    ReviewId,
    Source,
    TicketId,
    problems,
)

router = APIRouter(tags=["console"])


@router.get("/inbox", summary="Tickets and where they are")
async def read_inbox(
    ledger: LedgerDependency,
    state: InboxFilter | None = None,
    unannounced: bool = False,
    source: Source | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Inbox:
    """`unannounced` keeps those that nobody claimed to have told the helpdesk about."""
    return await ledger.measures.inbox(state, unannounced, source, limit, offset)


@router.get("/claims", summary="Claimed actions, oldest first")
async def read_claims(
    ledger: LedgerDependency,
    confirmed: bool | None = None,
    older_than: Annotated[float, Query(ge=0, le=1e9, description="seconds")] = 0,
    limit: Limit = 100,
    offset: Offset = 0,
) -> ClaimList:
    """Unconfirmed ones are for a human: they may or may not have happened."""
    return await ledger.records.claims(confirmed, older_than, limit, offset)


@router.get(
    "/tickets/{ticket_id:path}",
    summary="Everything that is known of a ticket",
    responses=problems(_404="The ticket was never registered"),
)
async def read_ticket(ticket_id: TicketId, ledger: LedgerDependency) -> TicketHistory:
    """Turns, hand-outs, events, claims, reviews and outcomes, oldest first."""
    return await ledger.measures.ticket(ticket_id)


@router.get("/reviews", summary="Drafts that wait for a human, or had one")
async def read_reviews(
    ledger: LedgerDependency,
    state: ReviewState | None = None,
    category: Category | None = None,
    language: Language | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ReviewList:
    """The most urgent and oldest first."""
    return await ledger.reviews.list(state, category, language, limit, offset)


@router.get("/reviews/{review_id}", summary="One review", responses=problems(_404="No such review"))
async def read_review(review_id: ReviewId, ledger: LedgerDependency) -> Review:
    """Reading never decides."""
    return await ledger.reviews.get(review_id)


@router.post(
    "/reviews/{review_id}/decision",
    summary="Decide on a review",
    responses=problems(_404="No such review", _409="Decided before, or the customer wrote again"),
)
async def decide_review(
    review_id: ReviewId, body: ReviewDecisionRequest, ledger: LedgerDependency
) -> Review:
    """Once; n8n then carries the decision out."""
    return await ledger.reviews.decide(review_id, body)


@router.get("/metrics/summary", summary="What became of the tickets")
async def read_summary(
    ledger: LedgerDependency,
    since: Moment | None = None,
    until: Moment | None = None,
    language: Language | None = None,
) -> Summary:
    """Turns registered in [since, until); the last seven days by default.

    With `language`, what waits and is open now is still that of all languages.
    """
    return await ledger.measures.summary(since, until, language)


@router.get("/metrics/series", summary="The same over time")
async def read_series(
    ledger: LedgerDependency,
    bucket: Bucket = Bucket.DAY,
    since: Moment | None = None,
    until: Moment | None = None,
    language: Language | None = None,
) -> Series:
    """One point for each hour or day (UTC), empty ones included; at most 1,000."""
    return await ledger.measures.series(bucket, since, until, language)


@router.get("/metrics/resolution", summary="What became of the answers")
async def read_resolution(
    ledger: LedgerDependency,
    since: Moment | None = None,
    until: Moment | None = None,
    language: Language | None = None,
) -> Resolution:
    """Of questions at least seven days old; by default of the five weeks that end now."""
    return await ledger.resolutions.report(since, until, language)


@router.get("/metrics/simulation", summary="What another threshold would have sent")
async def read_simulation(
    ledger: LedgerDependency,
    threshold: Annotated[float, Query(ge=0, le=1)],
    category: Category | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    language: Language | None = None,
) -> Simulation:
    """Of the drafts of the last seven days, or of [since, until); wrong ones as humans judged."""
    return await ledger.resolutions.simulate(threshold, category, since, until, language)
