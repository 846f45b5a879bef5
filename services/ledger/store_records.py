# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL of what was decided and done: claims, events, outcomes, and the start of a review."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.contracts import ClaimRequest, OutcomeRequest, Reason, Route
from services.contracts.ledger_answers import Claim
from services.ledger.events import EventRow
from services.ledger.store import Turn, notify, reasons_json, to_json
from services.ledger.store_pages import fetch_page

ANNOUNCE_LAPSES_SECONDS = 60
"""After so long an unconfirmed claim to tell agents of a ticket may be made anew."""
_CLAIM = """
    ticket_id, turn, action, key, execution_id, claimed_at, confirmed_at is not null as confirmed,
    confirmed_at
"""


async def insert_claim(
    connection: Any, ticket_id: str, turn: int, request: ClaimRequest
) -> tuple[Claim, bool]:
    """Claim an action; returns the claim that is there now and whether it is this one."""
    row = await connection.fetchrow(
        f"""
        insert into ledger_claims as there (ticket_id, key, action, turn, execution_id)
        values ($1, $2, $3, $4, $5)
        on conflict (ticket_id, key) do update set claimed_at = now()
            where there.action = 'announce' and there.confirmed_at is null
                and there.claimed_at < now() - interval '{ANNOUNCE_LAPSES_SECONDS} seconds'
        returning {_CLAIM}
        """,
        ticket_id,
        request.key,
        request.action,
        turn,
        request.execution_id,
    )
    if row is not None:
        return Claim.model_validate(dict(row)), True
    row = await connection.fetchrow(
        f"select {_CLAIM} from ledger_claims where ticket_id = $1 and key = $2",
        ticket_id,
        request.key,
    )
    return Claim.model_validate(dict(row)), False


async def confirm_claim(connection: Any, ticket_id: str, key: str) -> bool:
    """Note that a claimed action happened; False where nobody claimed it."""
    status: str = await connection.execute(
        """
        update ledger_claims set confirmed_at = coalesce(confirmed_at, now())
        where ticket_id = $1 and key = $2
        """,
        ticket_id,
        key,
    )
    return status != "UPDATE 0"


async def note_claim_failed(connection: Any, ticket_id: str, key: str) -> bool:
    """Note that the helpdesk refused a claimed action or did not answer; False where unclaimed."""
    status: str = await connection.execute(
        """
        update ledger_claims set failed_at = now()
        where ticket_id = $1 and key = $2
        """,
        ticket_id,
        key,
    )
    return status != "UPDATE 0"


async def claims_of_turn(connection: Any, turn: Turn) -> list[Claim]:
    """Return what the executions of a turn claimed; other workflows' claims are not counted."""
    rows = await connection.fetch(
        f"""
        select {_CLAIM} from ledger_claims
        where ticket_id = $1 and turn = $2 and case
            when execution_id is null then action <> 'announce'
            else execution_id in (select execution_id from ledger_attempts where turn_id = $3)
        end
        order by claimed_at
        """,
        turn.ticket_id,
        turn.turn,
        turn.id,
    )
    return [Claim.model_validate(dict(row)) for row in rows]


async def list_claims(
    connection: Any, confirmed: bool | None, older_than: float, limit: int, offset: int
) -> tuple[list[Claim], int]:
    """Return claims at least `older_than` seconds old, oldest first, and how many there are."""
    rows, total = await fetch_page(
        connection,
        f"""
        select {_CLAIM}, count(*) over () as total from ledger_claims
        where ($1::boolean is null or (confirmed_at is not null) = $1)
            and claimed_at <= now() - make_interval(secs => $2)
        order by claimed_at, ticket_id, key limit $3 offset $4
        """,
        confirmed,
        older_than,
        limit=limit,
        offset=offset,
    )
    return [Claim.model_validate(row) for row in rows], total


async def insert_event(
    connection: Any, ticket_id: str, turn: int, event: EventRow
) -> tuple[int, bool]:
    """Append an event; returns its id and whether it was there before."""
    event_id = await connection.fetchval(
        """
        insert into ledger_events (
            ticket_id, turn, kind, execution_id, claim_key, route, inputs_hash, models, cost_usd,
            probability, threshold, reasons, decision, detail, body_hash
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        on conflict (ticket_id, execution_id, kind, body_hash)
            where execution_id is not null and body_hash is not null do nothing
        returning id
        """,
        ticket_id,
        turn,
        event.kind,
        event.execution_id,
        event.claim_key,
        event.route,
        event.inputs_hash,
        event.models,
        event.cost_usd,
        event.probability,
        event.threshold,
        reasons_json(event.reasons),
        to_json(event.decision),
        to_json(event.detail),
        event.body_hash,
    )
    if event_id is not None:
        return event_id, False
    event_id = await connection.fetchval(
        """
        select id from ledger_events
        where ticket_id = $1 and execution_id = $2 and kind = $3 and body_hash = $4
        """,
        ticket_id,
        event.execution_id,
        event.kind,
        event.body_hash,
    )
    return event_id, True


async def add_ledger_event(
    connection: Any,
    turn: Turn,
    kind: str,
    detail: dict[str, Any],
    *,
    execution_id: str | None = None,
) -> None:
    """Append what the ledger itself saw or did."""
    event = EventRow(kind=kind, execution_id=execution_id, detail=detail)
    await insert_event(connection, turn.ticket_id, turn.turn, event)


async def note_decision(connection: Any, ticket_id: str, turn: int, event: EventRow) -> None:
    """Keep category, language, urgency and cost of a decision with its turn, for the measures."""
    await connection.execute(
        """
        update ledger_turns
        set category = coalesce($3, category), language = coalesce($4, language),
            urgency = coalesce($5, urgency), cost_usd = cost_usd + $6
        where ticket_id = $1 and turn = $2
        """,
        ticket_id,
        turn,
        event.category,
        event.language,
        event.urgency,
        event.cost_usd,
    )


async def last_decision(connection: Any, turn: Turn) -> tuple[Route, Sequence[Reason]]:
    """Return the route and reasons of a turn's latest decision; human where there is none."""
    row = await connection.fetchrow(
        """
        select route, reasons from ledger_events
        where ticket_id = $1 and turn = $2 and kind = 'decided' and route is not null
        order by id desc limit 1
        """,
        turn.ticket_id,
        turn.turn,
    )
    if row is None:
        return Route.HUMAN, []
    return Route(row["route"]), [Reason.model_validate(item) for item in json.loads(row["reasons"])]


async def create_review(connection: Any, turn: Turn) -> None:
    """Put a turn's latest draft before a human; does nothing where that was done."""
    await connection.execute(
        """
        insert into ledger_reviews (turn_id, ticket_id, event_id)
        values ($1, $2, (
            select id from ledger_events
            where ticket_id = $2 and turn = $3 and kind = 'decided'
            order by (decision ? 'draft') desc, id desc limit 1
        ))
        on conflict (turn_id) do nothing
        """,
        turn.id,
        turn.ticket_id,
        turn.turn,
    )


async def review_of_turn(connection: Any, turn_id: int) -> int | None:
    """Return the id of a turn's review."""
    review_id: int | None = await connection.fetchval(
        "select id from ledger_reviews where turn_id = $1", turn_id
    )
    return review_id


async def note_review_applied(connection: Any, ticket_id: str, review_id: int) -> None:
    """Note that n8n carried a decision out; whoever waits for it is told."""
    await connection.execute(
        """
        update ledger_reviews
        set applied_at = coalesce(applied_at, now()), lease_until = null, state = 'decided'
        where id = $1 and ticket_id = $2 and decided_at is not null
        """,
        review_id,
        ticket_id,
    )
    await notify(connection, f"review:{review_id}")


async def insert_outcome(
    connection: Any, ticket_id: str, turn: int, outcome: OutcomeRequest, at: datetime | None
) -> tuple[int, bool]:
    """Append an outcome; returns its id and whether it is new."""
    outcome_id = await connection.fetchval(
        """
        insert into ledger_outcomes (ticket_id, turn, kind, key, score, label, at, detail)
        values ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8)
        on conflict (ticket_id, kind, key) where key is not null do nothing
        returning id
        """,
        ticket_id,
        turn,
        outcome.kind.value,
        outcome.key,
        outcome.score,
        outcome.label,
        at,
        to_json(outcome.detail),
    )
    if outcome_id is not None:
        return outcome_id, True
    outcome_id = await connection.fetchval(
        "select id from ledger_outcomes where ticket_id = $1 and kind = $2 and key = $3",
        ticket_id,
        outcome.kind.value,
        outcome.key,
    )
    return outcome_id, False
