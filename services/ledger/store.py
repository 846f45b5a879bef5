# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL of the inbox: tickets, their customer turns, leases and hand-outs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.contracts import Reason, Route, Ticket
from services.contracts.ledger_answers import EndedBy, TurnState
from services.ledger.errors import UnstorableValue

CHANNEL = "deskloop_ledger"
"""NOTIFY channel on which ended turns and carried-out reviews are announced."""


@dataclass(frozen=True)
class Turn:
    """One customer turn of a ticket, as far as the lease is concerned."""

    id: int
    ticket_id: str
    turn: int
    state: TurnState
    attempt: int
    failures: int
    execution_id: str | None
    route: Route | None
    ended_by: EndedBy | None
    lease_seconds_left: float
    pause_seconds_left: float

    @property
    def lease_is_valid(self) -> bool:
        """Whether somebody holds the turn now."""
        return self.state is TurnState.LEASED and self.lease_seconds_left > 0


_TURN = """
    t.id, t.ticket_id, t.turn, t.state, t.attempt, t.failures, t.execution_id, t.route, t.ended_by,
    coalesce(extract(epoch from t.lease_until - clock_timestamp()), 0)::float8
        as lease_seconds_left,
    coalesce(extract(epoch from t.not_before - clock_timestamp()), 0)::float8
        as pause_seconds_left
"""


def _turn(row: Any) -> Turn | None:
    if row is None:
        return None
    fields = dict(row)
    fields["state"] = TurnState(fields["state"])
    fields["route"] = Route(fields["route"]) if fields["route"] else None
    fields["ended_by"] = EndedBy(fields["ended_by"]) if fields["ended_by"] else None
    return Turn(**fields)


def to_json(value: Any) -> str:
    """Render a JSON value for a jsonb column; raises `UnstorableValue` for what it cannot hold."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False)
    except ValueError:
        raise UnstorableValue("A number is infinite; send finite numbers.") from None


def reasons_json(reasons: Sequence[Reason]) -> str:
    """Render reasons for a jsonb column."""
    return to_json([reason.model_dump(mode="json") for reason in reasons])


async def lock_ticket(connection: Any, ticket: Ticket) -> int:
    """Create the ticket where it is new, lock it, and return its newest turn (0: none yet)."""
    turn: int = await connection.fetchval(
        """
        insert into ledger_tickets as known (id, source) values ($1, $2)
        on conflict (id) do update set turn = known.turn
        returning turn
        """,
        ticket.id,
        ticket.source,
    )
    return turn


async def queue_depth(connection: Any) -> int:
    """Return how many turns wait to be handed out."""
    depth: int = await connection.fetchval(
        "select count(*) from ledger_turns where state = 'waiting'"
    )
    return depth


async def supersede_open(connection: Any, ticket_id: str) -> None:
    """End what is unfinished of a ticket, because its customer wrote again."""
    await connection.execute(
        """
        with ended as (
            update ledger_turns
            set state = 'superseded', lease_until = null, not_before = null, finished_at = now()
            where ticket_id = $1 and state in ('waiting', 'leased')
            returning id, attempt
        ), attempts as (
            update ledger_attempts a set ended_at = now(), ending = 'superseded'
            from ended where a.turn_id = ended.id and a.attempt = ended.attempt
                and a.ended_at is null
        ), reviews as (
            update ledger_reviews set state = 'superseded'
            where ticket_id = $1 and state = 'open'
        )
        select pg_notify($2, 'turn:' || id) from ended
        """,
        ticket_id,
        CHANNEL,
    )


async def insert_turn(
    connection: Any, ticket: Ticket, turn: int, asked: str, dictionary: str
) -> int:
    """Put a new customer turn into the inbox and return its id; the ticket must be locked."""
    turn_id: int = await connection.fetchval(
        """
        with newest as (update ledger_tickets set turn = $2 where id = $1)
        insert into ledger_turns (ticket_id, turn, source, requester_id, ticket, ask)
        values ($1, $2, $3, $4, $5, tsvector_to_array(to_tsvector($7::text::regconfig, $6)))
        returning id
        """,
        ticket.id,
        turn,
        ticket.source,
        ticket.requester.id,
        to_json(ticket.model_dump(mode="json")),
        asked,
        dictionary,
    )
    return turn_id


async def mark_over_capacity(connection: Any, turn_id: int) -> None:
    """Remember that the turn never waited because the queue was full."""
    await connection.execute("update ledger_turns set over_capacity = true where id = $1", turn_id)


async def is_over_capacity(connection: Any, ticket_id: str, turn: int) -> bool:
    """Whether that turn was registered above the queue's limit."""
    return bool(
        await connection.fetchval(
            "select over_capacity from ledger_turns where ticket_id = $1 and turn = $2",
            ticket_id,
            turn,
        )
    )


async def lock_turn(connection: Any, turn_id: int) -> Turn | None:
    """Return the turn and keep others from changing it until the transaction ends."""
    return _turn(
        await connection.fetchrow(
            f"select {_TURN} from ledger_turns t where id = $1 for update", turn_id
        )
    )


async def lock_newest_turn(
    connection: Any, ticket_id: str, up_to: int | None = None
) -> Turn | None:
    """Return and lock the newest turn of a ticket, of those `up_to` a number; None if unknown."""
    return _turn(
        await connection.fetchrow(
            f"""
            select {_TURN} from ledger_turns t
            where ticket_id = $1 and ($2::int is null or turn <= $2)
            order by turn desc limit 1 for update
            """,
            ticket_id,
            up_to,
        )
    )


async def lock_turn_of_execution(
    connection: Any, execution_id: str, ticket_id: str | None = None
) -> Turn | None:
    """Return and lock the turn that an execution began to work on last; None where unknown."""
    return _turn(
        await connection.fetchrow(
            f"""
            select {_TURN} from ledger_attempts a join ledger_turns t on t.id = a.turn_id
            where a.execution_id = $1 and ($2::text is null or t.ticket_id = $2)
            order by a.handed_out_at desc limit 1 for update of t
            """,
            execution_id,
            ticket_id,
        )
    )


async def began_earlier(connection: Any, turn: Turn, execution_id: str) -> int | None:
    """Return the older turn of the same ticket that an execution began to work on, if any.

    Only of the last day: a new n8n database counts its executions from 1 again.
    """
    older: int | None = await connection.fetchval(
        """
        select max(t.turn) from ledger_attempts a join ledger_turns t on t.id = a.turn_id
        where a.execution_id = $1 and t.ticket_id = $2 and t.turn < $3
            and a.handed_out_at > now() - interval '1 day'
        """,
        execution_id,
        turn.ticket_id,
        turn.turn,
    )
    return older


async def has_begun(connection: Any, turn_id: int, execution_id: str) -> bool:
    """Whether an execution was ever given the turn; others are of other workflows."""
    return bool(
        await connection.fetchval(
            """
            select exists (
                select from ledger_attempts where turn_id = $1 and execution_id = $2
            )
            """,
            turn_id,
            execution_id,
        )
    )


async def notify(connection: Any, payload: str) -> None:
    """Tell the hand-out, in whichever process it runs."""
    await connection.execute("select pg_notify($1, $2)", CHANNEL, payload)


async def earlier_asks(connection: Any, turn_id: int) -> tuple[list[str], list[list[str]]]:
    """Return the words of this turn's question, and those of the requester's earlier ones.

    Earlier means within 90 days, the newest 200.
    """
    rows = await connection.fetch(
        """
        select other.ask, other.id = this.id as is_this
        from ledger_turns this join ledger_turns other
            on other.source = this.source and other.requester_id = this.requester_id
            and other.id <= this.id
            and other.registered_at > this.registered_at - interval '90 days'
        where this.id = $1
        order by other.id desc limit 201
        """,
        turn_id,
    )
    own: list[str] = next((row["ask"] for row in rows if row["is_this"]), [])
    return own, [row["ask"] for row in rows if not row["is_this"]]


async def answered_automatically(connection: Any, ticket_id: str, turn: int) -> bool:
    """Whether the machine itself answered an earlier turn of the ticket."""
    return bool(
        await connection.fetchval(
            """
            select exists (
                select from ledger_turns
                where ticket_id = $1 and turn < $2 and route = 'auto_sent'
            )
            """,
            ticket_id,
            turn,
        )
    )
