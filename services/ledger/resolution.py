"""Resolution that nobody can argue with: one denominator, aged cohorts, intervals."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.common.database import Database
from services.contracts.ledger_answers import Interval, Seconds
from services.contracts.ledger_resolution import (
    DURABLE_AFTER,
    Costs,
    Escalation,
    Ladder,
    Resolution,
    Rung,
    Satisfaction,
)
from services.contracts.ledger_simulation import Simulation
from services.ledger import store_resolution, store_simulation
from services.ledger.intervals import Stratum, stratified, wilson
from services.ledger.measures import span_of
from services.ledger.store_span import Span

_RUNGS = ("sent", "uncontested", "confirmed", "durable", "reopened")
_DEFAULT_SPAN = timedelta(days=28)
_LAST_WEEK = timedelta(days=7)


class Resolutions:
    """Measures what became of the answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(
        self, since: datetime | None, until: datetime | None, language: str | None
    ) -> Resolution:
        """Report the questions registered in [since, until) that are at least seven days old."""
        start, end = span_of(since, until, DURABLE_AFTER + _DEFAULT_SPAN)
        old = min(end, datetime.now(UTC) - DURABLE_AFTER)
        span = Span(start, max(start, old), language)
        young = Span(span.until, end, language)
        async with self._database.connection() as connection:
            counted = await store_resolution.ladders(connection, span)
            ladder = _ladder(next(row for row in counted if row["by"] == "all"))
            return Resolution(
                since=start,
                until=end,
                language=language,
                too_young=await store_resolution.too_young(connection, young),
                ladder=ladder,
                categories={r["value"]: _ladder(r) for r in counted if r["by"] == "category"},
                languages={r["value"]: _ladder(r) for r in counted if r["by"] == "language"},
                escalation=await _escalation(connection, span),
                csat_automatic=await _satisfaction(connection, span, automatic=True),
                csat_human=await _satisfaction(connection, span, automatic=False),
                first_response_automatic=await _response(connection, span, automatic=True),
                first_response_human=await _response(connection, span, automatic=False),
                costs=await _costs(connection, span, ladder),
            )

    async def simulate(
        self,
        threshold: float,
        category: str | None,
        since: datetime | None,
        until: datetime | None,
        language: str | None,
    ) -> Simulation:
        """Tell what a threshold would have sent of the questions registered in [since, until)."""
        span = Span(*span_of(since, until, _LAST_WEEK), language)
        async with self._database.connection() as connection:
            row = await store_simulation.simulate(connection, threshold, category, span)
        return Simulation(
            since=span.since,
            until=span.until,
            category=category,
            language=language,
            threshold=threshold,
            decided=row["decided"],
            sent=row["sent"],
            would_send=row["would_send"],
            share=wilson(row["would_send"], row["decided"]),
            judged=row["judged"],
            wrong=wilson(row["wrong"], row["judged"]),
        )


def _ladder(row: Any) -> Ladder:
    questions = row["questions"]
    rungs = {name: Rung(count=row[name], of_all=wilson(row[name], questions)) for name in _RUNGS}
    return Ladder(questions=questions, wrongly_sent_known=row["wrongly_sent_known"], **rungs)


async def _escalation(connection: Any, span: Span) -> Escalation:
    row = await store_resolution.escalations(connection, span)
    strata = [
        Stratum(s["automatic"], s["judged"], s["wrong"])
        for s in await store_resolution.strata(connection, span)
    ]
    needless, missed = wilson(row["needless"], row["judged"]), stratified(strata)
    automatic = sum(stratum.automatic for stratum in strata)
    return Escalation(
        escalated=row["escalated"],
        judged=row["judged"],
        needless=needless,
        automatic=automatic,
        sampled=sum(stratum.judged for stratum in strata),
        missed=missed,
        accuracy=_accuracy((row["escalated"], needless), (automatic, missed)),
    )


def _accuracy(*ways: tuple[int, Interval]) -> Interval:
    """Weigh the wrong shares of both ways; the bounds are taken at their worst together."""
    known = [(number, wrong) for number, wrong in ways if number]
    return Interval(
        share=_right([(number, wrong.share) for number, wrong in known]),
        low=_right([(number, wrong.high) for number, wrong in known]),
        high=_right([(number, wrong.low) for number, wrong in known]),
    )


def _right(ways: list[tuple[int, float | None]]) -> float | None:
    wrong = [number * share for number, share in ways if share is not None]
    if not ways or len(wrong) < len(ways):
        return None
    return 1 - sum(wrong) / sum(number for number, _ in ways)


async def _satisfaction(connection: Any, span: Span, *, automatic: bool) -> Satisfaction:
    row = await store_resolution.ratings(connection, span, automatic=automatic)
    return Satisfaction(
        ratings=row["ratings"],
        mean=row["mean"],
        satisfied=wilson(row["satisfied"], row["ratings"]),
    )


async def _response(connection: Any, span: Span, *, automatic: bool) -> Seconds:
    row = await store_resolution.first_responses(connection, span, automatic=automatic)
    return Seconds(median=row["median"], p95=row["p95"])


async def _costs(connection: Any, span: Span, ladder: Ladder) -> Costs:
    row = await store_resolution.costs(connection, span)
    total, durable = row["total_usd"], ladder.durable.count
    read = (row["cached"] or 0) + (row["fresh"] or 0)
    return Costs(
        total_usd=total,
        per_question_usd=total / ladder.questions if ladder.questions else None,
        per_durable_usd=total / durable if durable else None,
        cached_token_share=row["cached"] / read if read else None,
    )
