"""SQL of a restored ledger: what was in flight ends, and what it missed is known as such."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.contracts import Effect, Reason
from services.ledger.store import reasons_json

RESTORED = "restored"
_CLOCKS_SECONDS = 60
"""Helpdesk and database may differ so much."""


async def end_open_turns(connection: Any, taken_at: datetime) -> int:
    """Give every unfinished turn to a human; returns how many there were."""
    rows = await connection.fetch(
        """
        with ended as (
            update ledger_turns
            set state = 'finished', lease_until = null, not_before = null, finished_at = now(),
                route = 'human', ended_by = 'ledger', reasons = $1
            where state in ('waiting', 'leased')
            returning id, attempt
        ), attempts as (
            update ledger_attempts a set ended_at = now(), ending = 'expired'
            from ended where a.turn_id = ended.id and a.attempt = ended.attempt
                and a.ended_at is null
        )
        select id from ended
        """,
        reasons_json([restored_reason(taken_at)]),
    )
    return len(rows)


async def end_open_decisions(connection: Any) -> int:
    """List decisions that were on their way to n8n as not carried out; returns how many."""
    rows = await connection.fetch(
        """
        update ledger_reviews set state = 'apply_failed', lease_until = null, not_before = null
        where state = 'decided' and applied_at is null returning id
        """
    )
    return len(rows)


async def clear_queue(connection: Any) -> None:
    """Forget the queue's jobs; the ledger queues again what is still open."""
    await connection.execute("delete from pgqueuer")


async def note_restore(connection: Any, taken_at: datetime) -> None:
    """Remember until when the helpdesk may know more than the ledger."""
    await connection.execute("insert into ledger_restores (taken_at) values ($1)", taken_at)


async def missed(connection: Any, created_at: datetime) -> datetime | None:
    """Return which back-up was restored after a ticket of that time was written, if any."""
    taken_at: datetime | None = await connection.fetchval(
        """
        select taken_at from ledger_restores
        where $1 <= restored_at + make_interval(secs => $2) order by restored_at desc limit 1
        """,
        _in_utc(created_at),
        _CLOCKS_SECONDS,
    )
    return taken_at


def _in_utc(moment: datetime) -> datetime:
    """Return it in UTC; a helpdesk's "no date" may be the year 1 in a zone ahead of UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return (datetime.min if moment.year == 1 else datetime.max).replace(tzinfo=UTC)


async def ended_by_restore(connection: Any, turn_id: int) -> bool:
    """Whether a turn was given to a human because of a restore."""
    return bool(
        await connection.fetchval(
            "select reasons @> $2 from ledger_turns where id = $1",
            turn_id,
            f'[{{"rule": "{RESTORED}"}}]',
        )
    )


async def add_forgotten(connection: Any, forgotten: Sequence[tuple[str, datetime]]) -> None:
    """Remember whom the former database had forgotten, as hash and time."""
    await connection.executemany(
        """
        insert into ledger_forgotten as known (requester_hash, forgotten_at) values ($1, $2)
        on conflict (requester_hash) do update
        set forgotten_at = greatest(known.forgotten_at, excluded.forgotten_at)
        """,
        list(forgotten),
    )


def restored_reason(taken_at: datetime) -> Reason:
    """Why a human gets what a restored ledger cannot know."""
    detail = (
        f"The ledger was restored from a back-up of {taken_at:%Y-%m-%d %H:%M} UTC: it is not known "
        "what was done with this ticket since. Look at it before you answer."
    )
    return Reason(rule=RESTORED, detail=detail, effect=Effect.REQUIRE_HUMAN)
