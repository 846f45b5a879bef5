"""SQL of what came from which help centre, and of what a sync changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.common.database import Database
from services.contracts.help_centre import SyncReport

# what was put past the sync counts as not yet synced
_KNOWN = """
select s.source, s.content_hash = $2 and d.updated_at <= s.stored_at as is_current
from help_documents d left join help_sources s on s.document_id = d.id
where d.id = $1
"""
_REMEMBER = """
insert into help_sources (document_id, source, content_hash)
select $1, $2, $3 where exists (select from help_documents where id = $1)
on conflict (document_id) do update
set source = excluded.source, content_hash = excluded.content_hash, stored_at = clock_timestamp()
"""
_GONE = """
select document_id from help_sources
where source = $1 and not document_id = any ($2::text[]) order by document_id
"""
_STALE = "select count(*) from support_corrections where stale_since >= $1"


class SyncStore:
    """Sources of help articles; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, document_id: str, content_hash: str) -> tuple[bool, str | None, bool]:
        """Return whether an article is there, its source, and whether it reads like this."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_KNOWN, document_id, content_hash)
        if row is None:
            return False, None, False
        return True, row["source"], bool(row["is_current"])

    async def remember(self, document_id: str, source: str, content_hash: str) -> None:
        """Note where an article came from; nothing where it was deleted meanwhile."""
        async with self._database.connection() as connection:
            await connection.execute(_REMEMBER, document_id, source, content_hash)

    async def gone(self, source: str, present: Sequence[str]) -> tuple[list[str], int]:
        """Return which articles of a source are not `present`, and how many it has in all."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_GONE, source, present)
            stored = await connection.fetchval(
                "select count(*) from help_sources where source = $1", source
            )
        return [row["document_id"] for row in rows], stored

    async def stale_since(self, moment: datetime) -> int:
        """Count the corrections that became stale since."""
        async with self._database.connection() as connection:
            number: int = await connection.fetchval(_STALE, moment)
        return number

    async def keep_report(self, report: SyncReport) -> None:
        """Keep what a sync changed."""
        async with self._database.connection() as connection:
            await connection.execute(
                "insert into help_syncs (source, started_at, finished_at, report)"
                " values ($1, $2, $3, $4)",
                report.source,
                report.started_at,
                report.finished_at,
                report.model_dump_json(),
            )

    async def reports(self, limit: int) -> list[SyncReport]:
        """Return the newest reports, newest first."""
        async with self._database.connection() as connection:
            rows: list[Any] = await connection.fetch(
                "select report from help_syncs order by id desc limit $1", limit
            )
        return [SyncReport.model_validate_json(row["report"]) for row in rows]
