"""SQL that asks the history what another threshold would have sent."""

from typing import Any

from services.ledger.store_resolution import OBJECTIONS
from services.ledger.store_span import Span, of_language

JUDGED_BY = """
    case
        when exists (
            select from ledger_reviews r where r.turn_id = t.id and r.decision is not null
        ) then (
            select r.decision = 'approve' from ledger_reviews r where r.turn_id = t.id
        )
        when labelled.wrong is not null then not labelled.wrong
        when verdict.latest is not null then verdict.latest = 'approved'
        when t.route = 'auto_sent' and t.finished_at < now() - interval '72 hours'
            then coalesce(
                least(back.at, dissatisfied.at) > t.finished_at + interval '72 hours', true
            )
    end
"""


JUDGEMENTS = """
left join lateral (
    select bool_or(o.label = 'wrong') as wrong from ledger_outcomes o
    where o.ticket_id = t.ticket_id and o.turn = t.turn and o.kind = 'label'
        and o.label in ('right', 'wrong')
) labelled on true
left join lateral (
    select e.detail ->> 'verdict' as latest from ledger_events e
    where e.ticket_id = t.ticket_id and e.turn = t.turn
        and e.kind = 'correction_recorded'
        and e.detail ->> 'verdict' in ('approved', 'edited', 'rejected')
    order by e.id desc limit 1
) verdict on true
"""


async def simulate(connection: Any, threshold: float, category: str | None, span: Span) -> Any:
    """Count decided drafts, those a threshold would have sent, and how many were wrong.

    What held a draft back for another reason than its probability or its category's mode would
    have held it back at any threshold.
    """
    return await connection.fetchrow(
        f"""
        with decided as (
            select t.route, latest.probability, latest.blocked, {JUDGED_BY} as was_right
            from ledger_turns t
            join lateral (
                select e.probability, exists (
                    select from jsonb_array_elements(
                        (e.decision -> 'check' -> 'blockers')
                            || (e.decision -> 'check' -> 'reasons')
                    ) reason
                    where reason ->> 'rule' not in ('below_threshold', 'draft_mode', 'cold_start')
                        and reason ->> 'effect' in ('block_send', 'require_human')
                ) as blocked
                from ledger_events e
                where e.ticket_id = t.ticket_id and e.turn = t.turn and e.kind = 'decided'
                    and e.probability is not null
                order by e.id desc limit 1
            ) latest on true
            {JUDGEMENTS}
            {OBJECTIONS}
            where t.state = 'finished' and t.registered_at >= $1 and t.registered_at < $2
                and {of_language(3)} and ($4::text is null or t.category = $4)
        ),
        sent as (select *, probability >= $5 and not blocked as would_send from decided)
        select count(*) as decided,
            count(*) filter (where route = 'auto_sent') as sent,
            count(*) filter (where would_send) as would_send,
            count(*) filter (where would_send and was_right is not null) as judged,
            count(*) filter (where would_send and not was_right) as wrong
        from sent
        """,  # noqa: S608 - only constants become part of the text
        *span,
        category,
        threshold,
    )
