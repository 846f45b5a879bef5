"""SQL that keeps the queue equal to the inbox, and small."""

from typing import Any


async def turns_without_job(connection: Any) -> list[int]:
    """Return unfinished turns that the queue does not know."""
    rows = await connection.fetch(
        """
        select t.id from ledger_turns t
        where t.state in ('waiting', 'leased') and not exists (
            select from pgqueuer q
            where q.dedupe_key = 'hand_out:' || t.id and q.status in ('queued', 'picked')
        )
        order by t.id
        """
    )
    return [row["id"] for row in rows]


async def decisions_without_job(connection: Any) -> list[int]:
    """Return decided reviews, not yet carried out, that the queue does not know."""
    rows = await connection.fetch(
        """
        select r.id from ledger_reviews r
        where r.state = 'decided' and r.applied_at is null and not exists (
            select from pgqueuer q
            where q.dedupe_key = 'apply_decision:' || r.id and q.status in ('queued', 'picked')
        )
        order by r.id
        """
    )
    return [row["id"] for row in rows]


async def prune_log(connection: Any, days: int) -> None:
    """Delete the queue library's own log and statistics older than `days`."""
    await connection.execute(
        "delete from pgqueuer_log where created < now() - make_interval(days => $1)", days
    )
    await connection.execute(
        "delete from pgqueuer_statistics where created < now() - make_interval(days => $1)", days
    )
