# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL that counts: summary and series."""

from collections.abc import Callable
from typing import Any

from services.contracts.ledger_answers import (
    Bucket,
    Interval,
    Point,
    RouteCounts,
    Seconds,
    Summary,
)
from services.ledger import store_history
from services.ledger.store_span import LANGUAGE, Span, of_language

Wilson = Callable[[int, int], Interval]

# in hours, because a day has 23 or 25 of them where the database keeps summer time
_HOURS = {Bucket.HOUR: 1, Bucket.DAY: 24}
_ROUTES = """
    count(*) filter (where route = 'auto_sent' and state = 'finished') as auto_sent,
    count(*) filter (where route = 'review' and state = 'finished') as review,
    count(*) filter (where route = 'human' and state = 'finished') as human
"""
_IN_SPAN = f"t.registered_at >= $1 and t.registered_at < $2 and {of_language(3)}"
_SECONDS = "extract(epoch from finished_at - registered_at)"
_MEASURES = f"""
    count(t.id) as tickets,
    count(*) filter (where state = 'finished') as finished,
    count(*) filter (where state = 'superseded') as superseded,
    {_ROUTES},
    coalesce(sum(cost_usd), 0)::float8 as cost_usd,
    percentile_cont(0.5) within group (order by {_SECONDS})
        filter (where state = 'finished') as median,
    percentile_cont(0.95) within group (order by {_SECONDS})
        filter (where state = 'finished') as p95
"""


def _routes(row: Any) -> RouteCounts:
    return RouteCounts(auto_sent=row["auto_sent"], review=row["review"], human=row["human"])


def _seconds(row: Any) -> Seconds:
    return Seconds(median=row["median"], p95=row["p95"])


async def open_work(connection: Any) -> dict[str, Any]:
    """Return how many reviews are open and how many claims unconfirmed."""
    row = await connection.fetchrow(
        """
        select (select count(*) from ledger_reviews where state = 'open') as reviews_open,
            (select count(*) from ledger_claims where confirmed_at is null) as unconfirmed_claims
        """
    )
    return dict(row)


async def summary(connection: Any, span: Span, wilson: Wilson) -> Summary:
    """Count the turns of a span; what is open now is counted in every language."""
    row = await connection.fetchrow(
        f"""
        select {_MEASURES}, count(*) filter (where ended_by = 'ledger') as ended_by_ledger
        from ledger_turns t where {_IN_SPAN}
        """,
        *span,
    )
    return Summary(
        since=span.since,
        until=span.until,
        language=span.language,
        tickets=row["tickets"],
        finished=row["finished"],
        superseded=row["superseded"],
        routes=_routes(row),
        categories=await _by(connection, "category", span),
        languages=await _by(connection, LANGUAGE, span),
        automatic=wilson(row["auto_sent"], row["finished"]),
        seconds_to_decision=_seconds(row),
        cost_usd=row["cost_usd"],
        ended_by_ledger=row["ended_by_ledger"],
        **await store_history.depths(connection),
        **await open_work(connection),
        **await _outcomes(connection, span),
    )


async def _by(connection: Any, column: str, span: Span) -> dict[str, RouteCounts]:
    rows = await connection.fetch(
        f"""
        select coalesce({column}, 'unknown') as value, {_ROUTES}
        from ledger_turns t where {_IN_SPAN} and state = 'finished'
        group by 1 order by count(*) desc, 1
        """,
        *span,
    )
    return {row["value"]: _routes(row) for row in rows}


async def _outcomes(connection: Any, span: Span) -> dict[str, Any]:
    rows = await connection.fetch(
        f"""
        select kind, count(*) as number, avg(score)::float8 as score,
            count(*) filter (where kind = 'reopened' and t.route = 'auto_sent') as after_automatic
        from ledger_outcomes o
        join ledger_turns t on t.ticket_id = o.ticket_id and t.turn = o.turn
        where o.at >= $1 and o.at < $2 and {of_language(3)} group by kind order by kind
        """,
        *span,
    )
    return {
        "outcomes": {row["kind"]: row["number"] for row in rows},
        "csat": next((row["score"] for row in rows if row["kind"] == "csat"), None),
        "reopened_after_automatic": sum(row["after_automatic"] for row in rows),
    }


async def series(connection: Any, bucket: Bucket, span: Span, wilson: Wilson) -> list[Point]:
    """Count by hour or day of registration (UTC), empty buckets included."""
    rows = await connection.fetch(
        f"""
        select bucket as start, {_MEASURES}
        from generate_series(date_trunc($1, $2::timestamptz, 'UTC'), $3,
            make_interval(hours => $4)) as bucket
        left join ledger_turns t on t.registered_at >= greatest(bucket, $2)
            and t.registered_at < least(bucket + make_interval(hours => $4), $3)
            and {of_language(5)}
        where bucket < $3
        group by bucket order by bucket
        """,
        bucket.value,
        span.since,
        span.until,
        _HOURS[bucket],
        span.language,
    )
    return [
        Point(
            start=row["start"],
            tickets=row["tickets"],
            routes=_routes(row),
            automatic=wilson(row["auto_sent"], row["finished"]),
            cost_usd=row["cost_usd"],
            seconds_to_decision=_seconds(row),
        )
        for row in rows
    ]
