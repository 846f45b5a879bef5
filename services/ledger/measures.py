"""Measures over many tickets, and the views of one."""

from datetime import UTC, datetime, timedelta

from services.common.database import Database
from services.common.errors import Unprocessable
from services.contracts.ledger_answers import (
    Bucket,
    Inbox,
    InboxFilter,
    Series,
    Summary,
    TicketHistory,
)
from services.ledger import store_history, store_metrics
from services.ledger.errors import UnknownTicket
from services.ledger.intervals import wilson
from services.ledger.store_span import Span

_WIDTHS = {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1)}
_MOST_POINTS = 1000


class Measures:
    """What the console and the maintenance flows read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def inbox(
        self,
        state: InboxFilter | None,
        unannounced: bool,
        source: str | None,
        limit: int,
        offset: int,
    ) -> Inbox:
        """Return turns and where they are; `source` keeps those of one helpdesk."""
        async with self._database.connection() as connection:
            return await store_history.inbox(connection, state, unannounced, source, limit, offset)

    async def ticket(self, ticket_id: str) -> TicketHistory:
        """Return all that is known of a ticket; raises `UnknownTicket`."""
        async with self._database.connection() as connection:
            history = await store_history.ticket_history(connection, ticket_id)
        if history is None:
            raise UnknownTicket(f"No ticket '{ticket_id}'.")
        return history

    async def summary(
        self, since: datetime | None, until: datetime | None, language: str | None
    ) -> Summary:
        """Return what became of the turns registered in [since, until), of a language or of all."""
        span = Span(*span_of(since, until, timedelta(days=7)), language)
        async with self._database.connection() as connection:
            return await store_metrics.summary(connection, span, wilson)

    async def series(
        self,
        bucket: Bucket,
        since: datetime | None,
        until: datetime | None,
        language: str | None,
    ) -> Series:
        """Return the same over time; at most a thousand points."""
        width = _WIDTHS[bucket]
        start, end = span_of(since, until, width * (30 if bucket is Bucket.DAY else 48))
        if (end - start) / width > _MOST_POINTS:
            raise Unprocessable(f"More than {_MOST_POINTS} points; ask for less or by day.")
        async with self._database.connection() as connection:
            span = Span(start, end, language)
            points = await store_metrics.series(connection, bucket, span, wilson)
        return Series(bucket=bucket, language=language, points=points)


def span_of(
    since: datetime | None, until: datetime | None, width: timedelta
) -> tuple[datetime, datetime]:
    """Return [since, until), by default the `width` that ends now; raises `Unprocessable`."""
    end = until or datetime.now(UTC) + timedelta(seconds=1)
    start = since or end - width
    if start >= end:
        raise Unprocessable("`since` must lie before `until`.")
    return start, end
