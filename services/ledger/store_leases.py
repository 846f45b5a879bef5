"""SQL of the leases: taken, bound to an execution, renewed, given back, failed, ended."""

from collections.abc import Sequence
from typing import Any

from services.contracts import Reason, Route, Ticket
from services.contracts.ledger_answers import EndedBy
from services.ledger.store import Turn, notify, reasons_json


async def take_lease(connection: Any, turn_id: int, seconds: float) -> tuple[Ticket, int]:
    """Lease a waiting, locked turn; returns the ticket and the number of this hand-out."""
    row = await connection.fetchrow(
        """
        with leased as (
            update ledger_turns
            set state = 'leased', attempt = attempt + 1, execution_id = null, not_before = null,
                lease_until = clock_timestamp() + make_interval(secs => $2)
            where id = $1 and state = 'waiting'
            returning id, attempt, ticket
        ), attempts as (
            insert into ledger_attempts (turn_id, attempt) select id, attempt from leased
        )
        select attempt, ticket from leased
        """,
        turn_id,
        seconds,
    )
    return Ticket.model_validate_json(row["ticket"]), row["attempt"]


async def give_lease_back(connection: Any, turn: Turn) -> None:
    """Undo a hand-out that n8n never received: the attempt does not count."""
    await connection.execute(
        """
        with undone as (delete from ledger_attempts where turn_id = $1 and attempt = $2)
        update ledger_turns
        set state = 'waiting', lease_until = null, attempt = attempt - 1
        where id = $1
        """,
        turn.id,
        turn.attempt,
    )


async def bind_execution(
    connection: Any, turn: Turn, execution_id: str, seconds: float, similar_asks: int
) -> None:
    """Note which execution holds the lease, and renew the lease."""
    await connection.execute(
        """
        with started as (
            update ledger_attempts set execution_id = $2, started_at = now()
            where turn_id = $1 and attempt = $5
        )
        update ledger_turns
        set execution_id = $2, similar_asks = $4,
            lease_until = clock_timestamp() + make_interval(secs => $3)
        where id = $1
        """,
        turn.id,
        execution_id,
        seconds,
        similar_asks,
        turn.attempt,
    )


async def renew_lease(connection: Any, turn_id: int, seconds: float) -> None:
    """Give the holder of a lease its full time again."""
    await connection.execute(
        """
        update ledger_turns set lease_until = clock_timestamp() + make_interval(secs => $2)
        where id = $1 and state = 'leased'
        """,
        turn_id,
        seconds,
    )


async def end_attempt(connection: Any, turn: Turn, ending: str) -> None:
    """Note how the newest hand-out of a turn ended."""
    await connection.execute(
        """
        update ledger_attempts set ended_at = now(), ending = $3
        where turn_id = $1 and attempt = $2 and ended_at is null
        """,
        turn.id,
        turn.attempt,
        ending,
    )


async def count_failure(connection: Any, turn: Turn, pause_seconds: float) -> None:
    """Let the turn wait again after a failure, not to be handed out before the pause is over."""
    await connection.execute(
        """
        update ledger_turns
        set state = 'waiting', lease_until = null, failures = failures + 1,
            not_before = clock_timestamp() + make_interval(secs => $2)
        where id = $1
        """,
        turn.id,
        pause_seconds,
    )
    await notify(connection, f"turn:{turn.id}")


async def finish(
    connection: Any, turn_id: int, route: Route, reasons: Sequence[Reason], ended_by: EndedBy
) -> None:
    """End a turn; whoever waits for it is told when the transaction commits."""
    await connection.execute(
        """
        update ledger_turns
        set state = 'finished', lease_until = null, not_before = null, finished_at = now(),
            route = $2, reasons = $3, ended_by = $4
        where id = $1
        """,
        turn_id,
        route.value,
        reasons_json(reasons),
        ended_by.value,
    )
    await notify(connection, f"turn:{turn_id}")


async def note_superseded_route(
    connection: Any, turn_id: int, route: Route, reasons: Sequence[Reason]
) -> None:
    """Remember what an execution did with a turn that was superseded meanwhile."""
    await connection.execute(
        """
        update ledger_turns set route = $2, reasons = $3, ended_by = 'workflow'
        where id = $1 and state = 'superseded' and route is null
        """,
        turn_id,
        route.value,
        reasons_json(reasons),
    )
