"""Which categories exist: the policy table's, as far as it can be read."""

import time
from collections.abc import Sequence

import asyncpg
import structlog

from services.common.database import Database
from services.common.errors import DatabaseUnavailable

logger = structlog.get_logger(__name__)

FRESH_SECONDS = 15.0

_CATEGORIES = "select category from category_policies order by category"


class Categories:
    """The allowed categories; a category added in the console is known within 15 seconds.

    Without a database, or while it is away, the last known ones hold: classifying goes on.
    """

    def __init__(self, defaults: Sequence[str], database: Database | None) -> None:
        self._database = database
        self._known = tuple(defaults)
        self._read_at: float | None = None

    async def allowed(self) -> tuple[str, ...]:
        """The category ids of the policy table, or the taxonomy's where there is none."""
        now = time.monotonic()
        stale = self._read_at is None or now - self._read_at > FRESH_SECONDS
        if self._database is not None and stale:
            self._read_at = now
            await self._read(self._database)
        return self._known

    async def _read(self, database: Database) -> None:
        try:
            async with database.connection() as connection:
                rows = await connection.fetch(_CATEGORIES)
        except (DatabaseUnavailable, asyncpg.PostgresError) as error:
            logger.warning("policy_table_away", error=type(error).__name__)
            return
        if rows:
            self._known = tuple(row["category"] for row in rows)

    async def close(self) -> None:
        """Give the connections back."""
        if self._database is not None:
            await self._database.close()
