# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL that tells what became of answers: objections, ratings, reviews, costs."""

from collections.abc import Sequence
from typing import Any

from services.ledger.store_span import LANGUAGE, Span, of_language

_FINISHED = (
    "t.state = 'finished' and t.registered_at >= $1 and t.registered_at < $2 and " + of_language(3)
)
# A further message counts as an objection, even a thank-you: we do not judge in our own favour.
OBJECTIONS = """
left join lateral (
    select min(at) as at from (
        select o.at from ledger_outcomes o
        where o.ticket_id = t.ticket_id and o.turn = t.turn
            and o.kind in ('reopened', 'customer_replied')
        union all
        select later.registered_at from ledger_turns later
        where later.ticket_id = t.ticket_id and later.turn = t.turn + 1
    ) signs
) back on true
left join lateral (
    select min(o.at) as at from ledger_outcomes o
    where o.ticket_id = t.ticket_id and o.turn = t.turn and o.kind = 'csat' and o.score < 0.5
) dissatisfied on true
"""
_JUDGED = f"""
    select t.id, coalesce(t.category, 'unknown') as category,
        coalesce({LANGUAGE}, 'unknown') as language,
        t.route = 'auto_sent' as sent,
        t.finished_at, least(back.at, dissatisfied.at, corrected.at) as contested_at,
        back.at as back_at, helped.at as helped_at, labelled.wrong as labelled_wrong
    from ledger_turns t
    {OBJECTIONS}
    left join lateral (
        select min(e.at) as at from ledger_events e
        where e.ticket_id = t.ticket_id and e.turn = t.turn and e.kind = 'correction_recorded'
            and e.detail ->> 'verdict' in ('edited', 'rejected')
    ) corrected on true
    left join lateral (
        select min(o.at) as at from ledger_outcomes o
        where o.ticket_id = t.ticket_id and o.turn = t.turn
            and (o.kind = 'csat' and o.score >= 0.75
                or o.kind = 'solved' and o.detail ->> 'by' = 'customer')
    ) helped on true
    left join lateral (
        select bool_or(o.label = 'wrong') as wrong from ledger_outcomes o
        where o.ticket_id = t.ticket_id and o.turn = t.turn and o.kind = 'label'
    ) labelled on true
    where {_FINISHED}
"""


async def ladders(connection: Any, span: Span) -> list[Any]:
    """Count the rungs: in all, by category and by language; `by` says which."""
    rows: list[Any] = await connection.fetch(
        f"""
        with judged as ({_JUDGED}),
        rungs as (
            select category, language, sent, sent and labelled_wrong is true as wrong,
                sent and (contested_at is null
                    or contested_at > finished_at + interval '72 hours') as uncontested,
                sent and (contested_at is null
                    or contested_at > finished_at + interval '7 days') as durable,
                sent and back_at is not null
                    and back_at <= finished_at + interval '7 days' as reopened,
                helped_at is not null as helped
            from judged
        )
        select coalesce(category, language) as value, case grouping(category, language)
                when 1 then 'category' when 2 then 'language' else 'all' end as by,
            count(*) as questions,
            count(*) filter (where sent) as sent,
            count(*) filter (where uncontested) as uncontested,
            count(*) filter (where uncontested and helped) as confirmed,
            count(*) filter (where durable) as durable,
            count(*) filter (where reopened) as reopened,
            count(*) filter (where wrong) as wrongly_sent_known
        from rungs group by grouping sets ((), (category), (language))
        order by questions desc, value
        """,
        *span,
    )
    return rows


async def escalations(connection: Any, span: Span) -> Any:
    """Count who got a human, and of how many it is known whether the draft would have done."""
    return await connection.fetchrow(
        f"""
        with escalated as (
            select t.*, (
                select case when decision = 'approve' then true else false end
                from ledger_reviews r where r.turn_id = t.id and r.decision is not null
            ) as approved, (
                select (array_agg(e.detail ->> 'verdict' order by e.id desc))[1] = 'approved'
                from ledger_events e
                where e.ticket_id = t.ticket_id and e.turn = t.turn
                    and e.kind = 'correction_recorded'
            ) as sent_unchanged
            from ledger_turns t where {_FINISHED} and t.route <> 'auto_sent'
        )
        select count(*) as escalated,
            count(*) filter (where coalesce(approved, sent_unchanged) is not null) as judged,
            count(*) filter (where coalesce(approved, sent_unchanged)) as needless
        from escalated
        """,
        *span,
    )


async def strata(connection: Any, span: Span) -> Sequence[Any]:
    """Return automatic answers per category: how many, how many were judged, how many wrong."""
    rows: Sequence[Any] = await connection.fetch(
        f"""
        select coalesce(t.category, 'unknown') as category, count(*) as automatic,
            count(labelled.wrong) as judged,
            count(*) filter (where labelled.wrong) as wrong
        from ledger_turns t left join lateral (
            select bool_or(o.label = 'wrong') as wrong from ledger_outcomes o
            where o.ticket_id = t.ticket_id and o.turn = t.turn and o.kind = 'label'
                and o.label in ('right', 'wrong') and o.detail ? 'sample'
        ) labelled on true
        where {_FINISHED} and t.route = 'auto_sent'
        group by 1 order by 1
        """,
        *span,
    )
    return rows


async def ratings(connection: Any, span: Span, *, automatic: bool) -> Any:
    """Return number, mean and how many satisfied of the CSAT of automatic or human answers."""
    return await connection.fetchrow(
        f"""
        select count(*) as ratings, avg(o.score)::float8 as mean,
            count(*) filter (where o.score >= 0.75) as satisfied
        from ledger_outcomes o
        join ledger_turns t on t.ticket_id = o.ticket_id and t.turn = o.turn
        where o.kind = 'csat' and o.score is not null
            and (t.route = 'auto_sent') = $4 and {_FINISHED}
        """,
        *span,
        automatic,
    )


async def first_responses(connection: Any, span: Span, *, automatic: bool) -> Any:
    """Return median and p95 of the seconds until the customer read the first answer."""
    return await connection.fetchrow(
        f"""
        with answers as (
            select extract(epoch from least(c.at, e.at) - t.registered_at)::float8 as seconds
            from ledger_turns t
            left join lateral (
                select min(confirmed_at) as at from ledger_claims c
                where c.ticket_id = t.ticket_id and c.turn = t.turn
                    and c.action in ('reply', 'review')
            ) c on true
            left join lateral (
                select min(at) as at from ledger_events e
                where e.ticket_id = t.ticket_id and e.turn = t.turn
                    and e.kind = 'correction_recorded'
            ) e on true
            where {_FINISHED} and (t.route = 'auto_sent') = $4
        )
        select percentile_cont(0.5) within group (order by seconds) as median,
            percentile_cont(0.95) within group (order by seconds) as p95
        from answers where seconds >= 0
        """,
        *span,
        automatic,
    )


def _tokens(kind: str) -> str:
    return f"coalesce((usage ->> '{kind}_tokens')::bigint, 0)"


async def costs(connection: Any, span: Span) -> Any:
    """Return dollars and tokens of all that models were asked, whatever became of it."""
    return await connection.fetchrow(
        f"""
        with spent as (
            select e.cost_usd, u.cached, u.fresh
            from ledger_events e
            join ledger_turns t on t.ticket_id = e.ticket_id and t.turn = e.turn
            cross join lateral (
                select sum({_tokens("cache_read")}) as cached,
                    sum({_tokens("input")} + {_tokens("cache_write")}) as fresh
                from (values (e.decision -> 'classification' -> 'usage'),
                    (e.decision -> 'evidence' -> 'spent' -> 'usage'),
                    (e.decision -> 'draft' -> 'usage')) as step (usage)
            ) u
            where {_FINISHED}
        )
        select coalesce(sum(cost_usd), 0)::float8 as total_usd,
            sum(cached)::float8 as cached, sum(fresh)::float8 as fresh
        from spent
        """,
        *span,
    )


async def too_young(connection: Any, span: Span) -> int:
    """Count the questions of a span about which it is too early to say anything."""
    number: int = await connection.fetchval(
        f"select count(*) from ledger_turns t where {_FINISHED}", *span
    )
    return number
