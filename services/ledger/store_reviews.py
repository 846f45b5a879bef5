"""SQL of reviews: what waits for a human, the decision, and its way to n8n."""

import json
from dataclasses import dataclass
from typing import Any

from services.contracts import ReviewDecisionRequest
from services.contracts.ledger_answers import Review, ReviewState
from services.ledger.store_pages import fetch_page

_REVIEW = """
    r.id as review_id, r.ticket_id, t.turn, r.state, t.ticket, t.reasons as turn_reasons,
    e.decision as findings, e.reasons as event_reasons, t.category, t.urgency, t.language,
    e.probability, r.created_at, r.decision, r.reply, r.agent_id, r.decided_at, r.applied_at
"""
_FROM = """
    from ledger_reviews r join ledger_turns t on t.id = r.turn_id
    left join ledger_events e on e.id = r.event_id
"""


def review_from(row: Any) -> Review:
    """Build the review that is shown from a row of `_REVIEW`."""
    fields = {name: row[name] for name in row.keys() if name in Review.model_fields}  # noqa: SIM118
    findings = json.loads(row["findings"] or "{}")
    reasons = json.loads(row["turn_reasons"]) + json.loads(row["event_reasons"] or "[]")
    steps = {name: findings.get(name) for name in ("draft", "classification", "triage", "check")}
    return Review.model_validate(
        {
            **fields,
            **steps,
            "ticket": json.loads(row["ticket"]),
            "evidence": findings.get("evidence", {}),
            "reasons": list({json.dumps(reason): reason for reason in reasons}.values()),
        }
    )


async def get_review(connection: Any, review_id: int, *, lock: bool = False) -> Review | None:
    """Return a review, locked where it is to be decided; None where there is none."""
    for_update = "for update of r" if lock else ""
    row = await connection.fetchrow(
        f"select {_REVIEW} {_FROM} where r.id = $1 {for_update}", review_id
    )
    return review_from(row) if row else None


async def list_reviews(
    connection: Any,
    state: ReviewState | None,
    category: str | None,
    language: str | None,
    limit: int,
    offset: int,
) -> tuple[list[Review], int]:
    """Return reviews, the most urgent and oldest first, and how many there are."""
    rows, total = await fetch_page(
        connection,
        f"""
        select {_REVIEW}, count(*) over () as total {_FROM}
        where ($1::text is null or r.state = $1) and ($2::text is null or t.category = $2)
            and ($3::text is null or lower(split_part(t.language, '-', 1)) = $3)
        order by array_position(array['critical', 'high', 'medium', 'low'], t.urgency),
            r.created_at, r.id
        limit $4 offset $5
        """,
        state.value if state else None,
        category,
        language,
        limit=limit,
        offset=offset,
    )
    return [review_from(row) for row in rows], total


async def reviews_of_ticket(connection: Any, ticket_id: str) -> list[Review]:
    """Return all reviews of a ticket, oldest first."""
    rows = await connection.fetch(
        f"select {_REVIEW} {_FROM} where r.ticket_id = $1 order by r.id", ticket_id
    )
    return [review_from(row) for row in rows]


async def decide(
    connection: Any, review_id: int, request: ReviewDecisionRequest, reply: str | None
) -> None:
    """Write the decision on a locked, open review."""
    await connection.execute(
        """
        update ledger_reviews
        set state = 'decided', decision = $2, reply = $3, agent_id = $4, decided_at = now()
        where id = $1
        """,
        review_id,
        request.decision.value,
        reply,
        request.agent_id,
    )


@dataclass(frozen=True)
class DueDecision:
    """A review as far as carrying its decision out is concerned."""

    state: ReviewState
    is_applied: bool
    is_leased: bool
    attempt: int
    lease_seconds_left: float
    pause_seconds_left: float


async def lock_decision(connection: Any, review_id: int) -> DueDecision | None:
    """Return a review's lease, locked."""
    row = await connection.fetchrow(
        """
        select state, applied_at is not null as is_applied, lease_until is not null as is_leased,
            attempt,
            coalesce(extract(epoch from lease_until - clock_timestamp()), 0)::float8
                as lease_seconds_left,
            coalesce(extract(epoch from not_before - clock_timestamp()), 0)::float8
                as pause_seconds_left
        from ledger_reviews where id = $1 for update
        """,
        review_id,
    )
    return DueDecision(**{**dict(row), "state": ReviewState(row["state"])}) if row else None


async def take_lease(connection: Any, review_id: int, seconds: float) -> dict[str, Any]:
    """Lease a decided review and return what n8n needs to carry it out."""
    attempt = await connection.fetchval(
        """
        update ledger_reviews
        set attempt = attempt + 1, not_before = null,
            lease_until = clock_timestamp() + make_interval(secs => $2)
        where id = $1 returning attempt
        """,
        review_id,
        seconds,
    )
    review = await get_review(connection, review_id)
    assert review is not None
    kept = {"review_id", "ticket_id", "turn", "decision", "reply", "agent_id", "draft"}
    kept |= {"ticket", "classification"}
    return {**review.model_dump(mode="json", include=kept), "attempt": attempt}


async def give_lease_back(connection: Any, review_id: int) -> None:
    """Undo a hand-out that n8n never received."""
    await connection.execute(
        """
        update ledger_reviews set attempt = attempt - 1, lease_until = null
        where id = $1 and lease_until is not null
        """,
        review_id,
    )


async def expire_lease(connection: Any, review_id: int) -> None:
    """Let the lease end now."""
    await connection.execute(
        "update ledger_reviews set lease_until = clock_timestamp() where id = $1 "
        "and lease_until is not null",
        review_id,
    )


async def pause(connection: Any, review_id: int, seconds: float) -> None:
    """End the lease; not handed out again before `seconds` are over."""
    await connection.execute(
        """
        update ledger_reviews
        set lease_until = null, not_before = clock_timestamp() + make_interval(secs => $2)
        where id = $1
        """,
        review_id,
        seconds,
    )


async def mark_apply_failed(connection: Any, review_id: int) -> None:
    """Give up carrying a decision out; it is listed, and its ticket is open for humans."""
    await connection.execute(
        "update ledger_reviews set state = 'apply_failed', lease_until = null where id = $1",
        review_id,
    )
