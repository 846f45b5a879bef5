# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL that reads: the inbox, and everything that is known of one ticket."""

import json
from typing import Any

from services.contracts import ReviewDecisionRequest, Ticket
from services.contracts.ledger_answers import (
    AttemptRecord,
    Claim,
    EventRecord,
    Inbox,
    InboxEntry,
    InboxFilter,
    OutcomeRecord,
    Review,
    TicketHistory,
    TurnRecord,
)
from services.ledger import store_reviews
from services.ledger.store import to_json
from services.ledger.store_pages import fetch_page
from services.ledger.store_records import ANNOUNCE_LAPSES_SECONDS

_ENTRY = f"""
    t.ticket_id, t.turn, t.state, t.ticket ->> 'subject' as subject, t.requester_id, t.attempt,
    t.failures, t.execution_id, t.lease_until, t.not_before, t.registered_at, t.finished_at,
    t.route, t.reasons, t.ended_by,
    exists (
        select from ledger_claims c
        where c.ticket_id = t.ticket_id and c.turn = t.turn and case
            when c.action = 'announce'
                then c.confirmed_at is not null
                    or c.claimed_at > now() - interval '{ANNOUNCE_LAPSES_SECONDS} seconds'
            else c.action in ('reply', 'note') and c.confirmed_at is not null
        end
    ) as announced
"""
# a run that could neither claim nor post ended the turn: the helpdesk shows nothing of it, unless
# the run had noted that somebody was faster
_NEVER_POSTED = """
    t.reasons @> '[{"rule": "not_posted"}]'
    and not exists (
        select from ledger_claims c
        where c.ticket_id = t.ticket_id and c.turn = t.turn and c.confirmed_at is not null
            and c.action <> 'announce'
    )
    and not exists (
        select from ledger_events e
        where e.ticket_id = t.ticket_id and e.turn = t.turn and e.kind = 'note'
    )
"""
_WANTED = {
    InboxFilter.OPEN: "t.state in ('waiting', 'leased')",
    InboxFilter.HANDED_TO_HUMAN_BY_LEDGER: f"""
        (t.ended_by = 'ledger' or ({_NEVER_POSTED})) and t.route = 'human' and t.state = 'finished'
        and t.turn = (select turn from ledger_tickets where id = t.ticket_id)
    """,
}


def _entry(row: Any) -> dict[str, Any]:
    return {**row, "reasons": json.loads(row["reasons"])}


async def inbox(
    connection: Any,
    wanted: InboxFilter | None,
    unannounced: bool,
    source: str | None,
    limit: int,
    offset: int,
) -> Inbox:
    """Return turns, those registered first in front; finished ones the other way round."""
    condition = "true" if wanted is None else _WANTED.get(wanted, f"t.state = '{wanted.value}'")
    newest_first = wanted in (None, InboxFilter.FINISHED, InboxFilter.SUPERSEDED)
    rows, total = await fetch_page(
        connection,
        f"""
        with entries as (select {_ENTRY} from ledger_turns t where {condition})
        select *, count(*) over () as total from entries
        where not ($1 and announced) and ($2::text is null or starts_with(ticket_id, $2 || ':'))
        order by registered_at {"desc" if newest_first else "asc"}, ticket_id, turn
        limit $3 offset $4
        """,
        unannounced,
        source,
        limit=limit,
        offset=offset,
    )
    return Inbox(
        tickets=[InboxEntry.model_validate(_entry(row)) for row in rows],
        total=total,
        **await depths(connection),
    )


async def depths(connection: Any) -> dict[str, Any]:
    """Return how many turns wait and are leased, and for how long the oldest has waited."""
    row = await connection.fetchrow(
        """
        select count(*) filter (where state = 'waiting') as waiting,
            count(*) filter (where state = 'leased') as leased,
            extract(epoch from now() - min(registered_at) filter (where state = 'waiting'))::float8
                as oldest_waiting_seconds
        from ledger_turns where state in ('waiting', 'leased')
        """
    )
    return dict(row)


async def ticket_json(connection: Any, turn_id: int) -> str:
    """Return a turn's ticket as it is stored."""
    text: str = await connection.fetchval(
        "select ticket::text from ledger_turns where id = $1", turn_id
    )
    return text


async def add_review_event(connection: Any, review: Review, request: ReviewDecisionRequest) -> None:
    """Append the human's decision to the ticket's history."""
    detail = {
        "review_id": review.review_id,
        "decision": request.decision.value,
        "agent_id": request.agent_id,
    }
    await connection.execute(
        """
        insert into ledger_events (ticket_id, turn, kind, detail)
        values ($1, $2, 'review_decided', $3)
        """,
        review.ticket_id,
        review.turn,
        to_json(detail),
    )


async def ticket_history(connection: Any, ticket_id: str) -> TicketHistory | None:
    """Return all that is known of a ticket; None where it is unknown."""
    turns = await connection.fetch(
        f"""
        select {_ENTRY}, t.category, t.language, t.urgency, t.cost_usd, t.similar_asks,
            r.id as review_id, t.ticket
        from ledger_turns t left join ledger_reviews r on r.turn_id = t.id
        where t.ticket_id = $1 order by t.turn
        """,
        ticket_id,
    )
    if not turns:
        return None
    return TicketHistory(
        ticket=Ticket.model_validate_json(turns[-1]["ticket"]),
        turns=[_turn_record(row) for row in turns],
        attempts=await _attempts(connection, ticket_id),
        events=await _events(connection, ticket_id),
        claims=await _claims(connection, ticket_id),
        reviews=await store_reviews.reviews_of_ticket(connection, ticket_id),
        outcomes=await _outcomes(connection, ticket_id),
    )


def _turn_record(row: Any) -> TurnRecord:
    fields = _entry(row)
    fields.pop("ticket")
    return TurnRecord.model_validate(fields)


async def _attempts(connection: Any, ticket_id: str) -> list[AttemptRecord]:
    rows = await connection.fetch(
        """
        select t.turn, a.attempt, a.execution_id, a.handed_out_at, a.started_at, a.ended_at,
            a.ending as "end"
        from ledger_attempts a join ledger_turns t on t.id = a.turn_id
        where t.ticket_id = $1 order by t.turn, a.attempt
        """,
        ticket_id,
    )
    return [AttemptRecord.model_validate(dict(row)) for row in rows]


async def _events(connection: Any, ticket_id: str) -> list[EventRecord]:
    rows = await connection.fetch(
        """
        select id as event_id, turn, at, kind, execution_id, claim_key, route, inputs_hash, models,
            cost_usd, probability, threshold, reasons, decision, detail
        from ledger_events where ticket_id = $1 order by id
        """,
        ticket_id,
    )
    return [EventRecord.model_validate(_parsed(row)) for row in rows]


def _parsed(row: Any) -> dict[str, Any]:
    columns = ("reasons", "decision", "detail")
    return {**dict(row), **{name: json.loads(row[name]) for name in columns}}


async def _claims(connection: Any, ticket_id: str) -> list[Claim]:
    rows = await connection.fetch(
        """
        select ticket_id, turn, action, key, execution_id, claimed_at,
            confirmed_at is not null as confirmed, confirmed_at
        from ledger_claims where ticket_id = $1 order by claimed_at, key
        """,
        ticket_id,
    )
    return [Claim.model_validate(dict(row)) for row in rows]


async def _outcomes(connection: Any, ticket_id: str) -> list[OutcomeRecord]:
    rows = await connection.fetch(
        """
        select id as outcome_id, turn, kind, key, score, label, at, detail
        from ledger_outcomes where ticket_id = $1 order by id
        """,
        ticket_id,
    )
    return [
        OutcomeRecord.model_validate({**dict(row), "detail": json.loads(row["detail"])})
        for row in rows
    ]
