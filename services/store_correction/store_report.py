"""SQL of the quality report: which corrections are doubtful, and why."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.common.database import Database
from services.store_correction.shown import DOUBTS, UNUSED

Row = Mapping[str, Any]

# One that somebody deactivated by hand, or a rejected draft, is nobody's doubt any more.
_REPORT = f"""
with sent as materialized (
    select source_id, count(distinct ticket_id) as tickets from ledger_sent_citations
    where sent_at > now() - $2::int * interval '1 day'
    group by source_id
), counted as materialized (
    select u.correction_id, count(*) filter (where u.verdict = 'approved') as approved,
        count(*) filter (where u.verdict = 'edited') as edited,
        count(*) filter (where u.verdict = 'rejected') as rejected,
        max(u.used_at) as last_used_at
    from correction_uses u join support_corrections c on c.id = u.correction_id
    where u.used_at > coalesce(c.vouched_at, '-infinity')
    group by u.correction_id
), looked_at as materialized (
    select c.id::text, c.ticket_id, c.category, c.language, c.summary, c.verdict, c.active,
        c.created_at, c.evidence, to_json(used) as uses, coalesce(sent.tickets, 0) as sent,
        {DOUBTS} || case when {UNUSED.format(days="$2::int")} then array['unused'] else '{{}}' end
            as quality
    from support_corrections c
    left join counted on counted.correction_id = c.id
    left join sent on sent.source_id = c.id::text
    cross join lateral (
        select coalesce(counted.approved, 0) as approved, coalesce(counted.edited, 0) as edited,
            coalesce(counted.rejected, 0) as rejected, counted.last_used_at
    ) used
    where ($1::text is null or c.category = $1)
        and ($5::text is null or coalesce(c.language, 'und') = $5) and c.verdict <> 'rejected'
        and (c.active or c.inactive_because = 'never_right')
), page as (
    select id, ticket_id, category, language, summary, verdict, active, created_at, uses, sent,
        quality
    from looked_at where quality <> '{{}}'
    order by cardinality(quality) desc, created_at, id
    limit $3 offset $4
), counts as (
    select doubt as name, count(*) from looked_at, unnest(quality) as doubt group by doubt
    union all select 'corrections', count(*) from looked_at where active
    union all select 'usable', count(*) from looked_at where evidence
    union all select 'doubtful', count(*) from looked_at where quality <> '{{}}'
)
select (select json_agg(page) from page)::text as page,
    (select json_object_agg(name, count) from counts)::text as counts
"""  # noqa: S608 (only expressions of this package)


class ReportStore:
    """Reads the report; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def doubtful(
        self, category: str | None, language: str | None, unused_days: int, limit: int, offset: int
    ) -> tuple[Sequence[Row], dict[str, int]]:
        """Return one page of the doubtful ones, the most doubtful first, and all counts."""
        async with self._database.connection() as connection:
            asked = (category, unused_days, limit, offset, language)
            row = await connection.fetchrow(_REPORT, *asked)
        return json.loads(row["page"] or "[]"), json.loads(row["counts"])
