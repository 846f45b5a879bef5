# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL that gathers what humans found of drafts and automatic answers."""

import json
from datetime import datetime
from typing import Any

from services.contracts.advice import ReviewedOutcome
from services.ledger.store_pages import fetch_page
from services.ledger.store_resolution import OBJECTIONS

# Who looked closest is believed: the blind sample, a review, an agent's own answer, the customer.
# Silence is no finding, and neither is an objection that came after a week; that an answer was
# sent and nobody said anything is handed on all the same, marked as that.
_FOUND = """
    case
        when labelled.was_right is not null then labelled.was_right
        when reviewed.was_right is not null then reviewed.was_right
        when corrected.was_right is not null then corrected.was_right
        when objected.at is not null then false
        when helped.at is not null then true
        when t.route = 'auto_sent' and t.finished_at < now() - interval '7 days' then true
    end as correct,
    case
        when labelled.was_right is not null then labelled.at
        when reviewed.was_right is not null then reviewed.at
        when corrected.was_right is not null then corrected.at
        else coalesce(objected.at, helped.at, t.finished_at + interval '7 days')
    end as reviewed_at,
    case
        when coalesce(labelled.was_right, reviewed.was_right, corrected.was_right) is not null
            then 'person'
        when coalesce(objected.at, helped.at) is not null then 'customer'
        else 'silence'
    end as found_by
"""
_REVIEWED = f"""
    select t.ticket_id, t.turn, t.category, t.language, latest.probability, latest.features,
        {_FOUND}
    from ledger_turns t
    join lateral (
        select e.probability, e.decision -> 'check' -> 'features' as features
        from ledger_events e
        where e.ticket_id = t.ticket_id and e.turn = t.turn and e.kind = 'decided'
            and e.probability is not null
        order by e.id desc limit 1
    ) latest on true
    {OBJECTIONS}
    left join lateral (
        select not bool_or(o.label = 'wrong') as was_right, max(o.at) as at
        from ledger_outcomes o
        where o.ticket_id = t.ticket_id and o.turn = t.turn and o.kind = 'label'
            and o.label in ('right', 'wrong')
    ) labelled on true
    left join lateral (
        select r.decision = 'approve' as was_right, r.decided_at as at from ledger_reviews r
        where r.turn_id = t.id and r.decision is not null
    ) reviewed on true
    left join lateral (
        select e.detail ->> 'verdict' = 'approved' as was_right, e.at from ledger_events e
        where e.ticket_id = t.ticket_id and e.turn = t.turn and e.kind = 'correction_recorded'
            and e.detail ->> 'verdict' in ('approved', 'edited', 'rejected')
        order by e.id desc limit 1
    ) corrected on true
    left join lateral (
        select least(back.at, dissatisfied.at) as at
        where t.route = 'auto_sent'
            and least(back.at, dissatisfied.at) <= t.finished_at + interval '7 days'
    ) objected on true
    left join lateral (
        select min(o.at) as at from ledger_outcomes o
        where t.route = 'auto_sent' and o.ticket_id = t.ticket_id and o.turn = t.turn
            and (o.kind = 'csat' and o.score >= 0.75
                or o.kind = 'solved' and o.detail ->> 'by' = 'customer')
    ) helped on true
    where t.state = 'finished' and t.category is not null
        and t.finished_at >= $1::timestamptz - interval '90 days'
"""


async def reviewed_outcomes(
    connection: Any, since: datetime, limit: int, offset: int
) -> tuple[list[ReviewedOutcome], int]:
    """Return one page of what was found at or after `since`, and how many there are."""
    rows, total = await fetch_page(
        connection,
        f"""
        with reviewed as ({_REVIEWED})
        select *, count(*) over () as total from reviewed
        where correct is not null and reviewed_at >= $1
        order by reviewed_at, ticket_id, turn limit $2 offset $3
        """,
        since,
        limit=limit,
        offset=offset,
    )
    return [_outcome(row) for row in rows], total


def _outcome(row: Any) -> ReviewedOutcome:
    features = json.loads(row["features"] or "null") or None
    return ReviewedOutcome(
        ticket_id=row["ticket_id"],
        turn=row["turn"],
        category=row["category"],
        language=row["language"] or "und",
        probability=row["probability"],
        features=features,
        correct=row["correct"],
        reviewed_at=row["reviewed_at"],
        found_by=row["found_by"],
    )
