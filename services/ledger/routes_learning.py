"""The calls of what is learned: the daily sample for judgement, and what humans found."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.contracts.ledger_answers import QaSample
from services.contracts.ledger_lift import Lift
from services.contracts.quality import DrawSamplesRequest, SamplesDrawn
from services.contracts.reviewed import ReviewedOutcomes
from services.ledger.ledger import LedgerDependency
from services.ledger.parameters import Language, Limit, Moment, Offset

router = APIRouter(tags=["learning"])


@router.post("/qa/samples", summary="Draw the samples that past days lack")
async def draw_samples(body: DrawSamplesRequest, ledger: LedgerDependency) -> SamplesDrawn:
    """At least one answer of each category; the same call again draws nothing more."""
    return await ledger.learning.draw(body)


@router.get("/qa/samples", summary="The samples of past days and how far people are")
async def read_samples(
    ledger: LedgerDependency, days: Annotated[int, Query(ge=1, le=31)] = 7
) -> SamplesDrawn:
    """Days without a draw are not listed."""
    return await ledger.learning.samples(days)


@router.get("/qa/sample", summary="Automatic answers to judge, blind")
async def read_qa_sample(
    ledger: LedgerDependency,
    day: date,
    share: Annotated[float | None, Query(gt=0, le=1)] = None,
) -> QaSample:
    """Random within each category, at least one of each; the same again for the same day."""
    return await ledger.learning.qa_sample(day, share)


@router.get("/outcomes/reviewed", summary="What humans found of drafts and automatic answers")
async def read_reviewed(
    since: Moment, ledger: LedgerDependency, limit: Limit = 500, offset: Offset = 0
) -> ReviewedOutcomes:
    """One for each ticket's turn; what nobody judged is not in it."""
    return await ledger.learning.reviewed(since, limit, offset)


@router.get("/metrics/lift", summary="What corrections bring, against a hold-out")
async def read_lift(
    ledger: LedgerDependency,
    since: Moment | None = None,
    until: Moment | None = None,
    language: Language | None = None,
) -> Lift:
    """Of questions decided while a hold-out was running; by default of four weeks."""
    return await ledger.lifts.report(since, until, language)
