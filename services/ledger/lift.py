"""What the corrections bring, measured against a hold-out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import sqrt
from typing import Any

from services.common.database import Database
from services.contracts.ledger_answers import Interval
from services.contracts.ledger_lift import Lift, LiftArm
from services.ledger import store_lift
from services.ledger.intervals import wilson
from services.ledger.measures import span_of
from services.ledger.store_span import Span

_DEFAULT_SPAN = timedelta(days=28)
_NONE = {"tickets": 0, "sent": 0, "resolved": 0, "judged": 0, "wrong": 0}


class Lifts:
    """Compares both sides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(
        self, since: datetime | None, until: datetime | None, language: str | None
    ) -> Lift:
        """Of the questions registered in [since, until), by default of four weeks."""
        span = Span(*span_of(since, until, _DEFAULT_SPAN), language)
        async with self._database.connection() as connection:
            rows = {row["held_out"]: row for row in await store_lift.arms(connection, span)}
        taught, without = _arm(rows.get(False, _NONE)), _arm(rows.get(True, _NONE))
        found = difference(taught.resolved, without.resolved)
        return Lift(
            since=span.since,
            until=span.until,
            language=language,
            with_corrections=taught,
            without=without,
            difference=found,
            verdict=_verdict(found, taught.tickets, without.tickets),
        )


def _arm(row: Mapping[str, Any]) -> LiftArm:
    return LiftArm(
        tickets=row["tickets"],
        sent=wilson(row["sent"], row["tickets"]),
        resolved=wilson(row["resolved"], row["tickets"]),
        wrong=wilson(row["wrong"], row["judged"]),
    )


def difference(one: Interval, other: Interval) -> Interval:
    """One share minus another, with 95 % (Newcombe 1998, method 10: from Wilson's intervals)."""
    if one.share is None or other.share is None:
        return Interval(share=None, low=None, high=None)
    below = sqrt((one.share - (one.low or 0.0)) ** 2 + ((other.high or 0.0) - other.share) ** 2)
    above = sqrt(((one.high or 0.0) - one.share) ** 2 + (other.share - (other.low or 0.0)) ** 2)
    found = one.share - other.share
    return Interval(share=found, low=max(-1.0, found - below), high=min(1.0, found + above))


def _verdict(found: Interval, taught: int, held_out: int) -> str:
    if found.share is None or found.low is None or found.high is None:
        if held_out or taught:
            return "One side has no tickets yet: nothing can be compared."
        return "No hold-out has run: set RETRIEVE_HOLDOUT_SHARE."
    points = f"{found.share * 100:+.1f} points ({found.low * 100:+.1f} to {found.high * 100:+.1f})"
    sizes = f"{taught} tickets with corrections, {held_out} without"
    if found.low > 0:
        return f"Corrections bring {points} more resolved tickets; {sizes}."
    if found.high < 0:
        return f"Corrections do harm: {points} resolved tickets; {sizes}."
    return f"No benefit of corrections is shown: {points} resolved tickets; {sizes}."
