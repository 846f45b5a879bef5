"""SQL of the quality report: which corrections are doubtful, and why."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from services.common.database import Database
from services.store_correction.shown import DOUBTS, UNUSED, USED

Row = Mapping[str, Any]

# One that somebody deactivated by hand, or a rejected draft, is nobody's doubt any more.
_LOOKED_AT = f"""
with sent as materialized (
    select source_id, count(distinct ticket_id) as tickets from ledger_sent_citations
    where sent_at > now() - $2::int * interval '1 day'
    group by source_id
), looked_at as materialized (
    select c.id::text, c.ticket_id, c.category, c.summary, c.verdict, c.active, c.created_at,
        c.evidence, to_json(used)::text as uses, coalesce(sent.tickets, 0) as sent,
        {DOUBTS} || case when {UNUSED.format(days="$2::int")} then array['unused'] else '{{}}' end
            as quality
    from support_corrections c {USED}
    left join sent on sent.source_id = c.id::text
    where ($1::text is null or c.category = $1) and c.verdict <> 'rejected'
        and (c.active or c.inactive_because = 'never_right')
)
"""  # noqa: S608 (only expressions of this package)

_PAGE = f"""
{_LOOKED_AT}
select id, ticket_id, category, summary, verdict, active, created_at, uses, sent, quality
from looked_at where quality <> '{{}}'
order by cardinality(quality) desc, created_at, id
limit $3 offset $4
"""  # noqa: S608

_COUNTS = f"""
{_LOOKED_AT}
select doubt, count(*) from looked_at, unnest(quality) as doubt group by doubt
union all select 'corrections', count(*) from looked_at where active
union all select 'usable', count(*) from looked_at where evidence
union all select 'doubtful', count(*) from looked_at where quality <> '{{}}'
"""  # noqa: S608


class ReportStore:
    """Reads the report; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def doubtful(
        self, category: str | None, unused_days: int, limit: int, offset: int
    ) -> tuple[Sequence[Row], dict[str, int]]:
        """Return one page of the doubtful ones, the most doubtful first, and all counts."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PAGE, category, unused_days, limit, offset)
            counts = await connection.fetch(_COUNTS, category, unused_days)
        page = [{**row, "uses": json.loads(row["uses"])} for row in rows]
        return page, {row["doubt"]: row["count"] for row in counts}
