# ruff: noqa: S608 - only constants of these modules become part of a statement's text
"""SQL of the daily sample of automatic answers that people judge."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.contracts import Ticket
from services.contracts.ledger_answers import QaItem
from services.contracts.quality import SampledDay

# The order is a hash of turn and day: random as to content, and the same when asked again.
_AUTOMATIC = """
    select t.*, d.day, d.share, row_number() over w as place,
        count(*) over (partition by d.day, t.category) as in_category,
        count(*) over (partition by d.day) as total
    from days d join ledger_turns t on t.route = 'auto_sent' and t.state = 'finished'
        and t.finished_at >= d.day::timestamp at time zone 'UTC'
        and t.finished_at < (d.day + 1)::timestamp at time zone 'UTC'
    window w as (partition by d.day, t.category order by md5(t.id::text || d.day::text))
"""
_PICKED = "a.place <= ceil(a.in_category * a.share)"


async def drawn_share(connection: Any, day: date) -> float | None:
    """Return the share that was drawn of a day; None where nothing was drawn."""
    share: float | None = await connection.fetchval(
        "select share from ledger_quality_draws where day = $1", day
    )
    return share


async def draw(connection: Any, share: float, days: int) -> list[date]:
    """Fix the share of each of the past days (UTC) that has none; returns those, newest first."""
    rows = await connection.fetch(
        """
        insert into ledger_quality_draws (day, share)
        select (now() at time zone 'UTC')::date - ago, $1 from generate_series(1, $2::int) as ago
        on conflict (day) do nothing returning day
        """,
        share,
        days,
    )
    return sorted((row["day"] for row in rows), reverse=True)


async def sampled_days(connection: Any, days: int) -> list[SampledDay]:
    """Return the samples of the past days (UTC), newest first, and how far people are."""
    rows = await connection.fetch(
        f"""
        with days as (
            select * from ledger_quality_draws
            where day >= (now() at time zone 'UTC')::date - $1::int
        ),
        automatic as ({_AUTOMATIC}),
        picked as (
            select a.day, a.id, (
                select bool_or(o.label = 'wrong') from ledger_outcomes o
                where o.ticket_id = a.ticket_id and o.turn = a.turn and o.kind = 'label'
                    and o.detail ->> 'sample' = a.day::text
            ) as wrong
            from automatic a where {_PICKED}
        )
        select d.day, d.share, d.drawn_at,
            (select count(*) from automatic a where a.day = d.day) as automatic,
            count(p.id) as picked, count(p.wrong) as judged,
            count(*) filter (where p.wrong) as wrong
        from days d left join picked p on p.day = d.day
        group by d.day, d.share, d.drawn_at order by d.day desc
        """,
        days,
    )
    return [SampledDay.model_validate(dict(row)) for row in rows]


async def qa_sample(connection: Any, day: date, share: float) -> tuple[int, list[QaItem]]:
    """Return how many automatic answers a day (UTC) had, and a sample of them per category."""
    rows: Sequence[Any] = await connection.fetch(
        f"""
        with days as (select $1::date as day, $2::float8 as share),
        automatic as ({_AUTOMATIC})
        select a.ticket_id, a.turn, a.category, a.language, a.ticket, a.finished_at as answered_at,
            a.total, e.decision -> 'draft' as draft
        from automatic a left join lateral (
            select decision from ledger_events e
            where e.ticket_id = a.ticket_id and e.turn = a.turn and e.kind = 'decided'
                and e.decision ? 'draft'
            order by e.id desc limit 1
        ) e on true
        where {_PICKED}
        order by md5(a.id::text || a.day::text)
        """,
        day,
        share,
    )
    return rows[0]["total"] if rows else 0, list(_items(rows))


def _items(rows: Iterable[Any]) -> Iterable[QaItem]:
    for row in rows:
        draft = json.loads(row["draft"] or "{}")
        shown = {name: row[name] for name in ("ticket_id", "turn", "category", "language")}
        yield QaItem.model_validate(
            {
                **shown,
                "ticket": Ticket.model_validate_json(row["ticket"]),
                "reply": draft.get("reply", ""),
                "citations": draft.get("citations", []),
                "answered_at": row["answered_at"],
            }
        )
