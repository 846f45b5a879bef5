"""One asyncpg pool per service process, opened when first needed and again after an outage."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from pgvector.asyncpg import register_vector

from services.common.errors import DatabaseUnavailable
from services.common.settings import DatabaseSettings

AWAY: tuple[type[Exception], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InternalClientError,
    # for a moment, while a back-up takes the database's place
    asyncpg.InvalidCatalogNameError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    OSError,
)
"""What asyncpg and the socket raise when PostgreSQL cannot be reached or goes away.

`OSError` covers refused and reset connections and time-outs, `InternalClientError` a connection
that is lost in the very moment it is used.
"""


class Database:
    """Connections to PostgreSQL; raises `DatabaseUnavailable` (503) when it is away."""

    def __init__(self, settings: DatabaseSettings, *, vectors: bool = False) -> None:
        self._settings = settings
        self._vectors = vectors
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()

    async def _prepare(self, connection: Any) -> None:
        if self._vectors:
            await register_vector(connection)

    async def _open(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    str(self._settings.database_url),
                    min_size=0,
                    max_size=self._settings.database_pool_size,
                    timeout=self._settings.database_timeout_seconds,
                    init=self._prepare,
                )
        return self._pool

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection in a transaction that commits when the block ends without an error."""
        pool = await self._open()
        timeout = self._settings.database_timeout_seconds
        try:
            async with pool.acquire(timeout=timeout) as connection, connection.transaction():
                yield connection
        except AWAY as error:
            if isinstance(error, ValueError):  # asyncpg's word for a wrong address
                raise
            raise DatabaseUnavailable("PostgreSQL does not answer.") from error

    async def check(self) -> None:
        """Raise `DatabaseUnavailable` unless a query is answered."""
        async with self.connection() as connection:
            await connection.fetchval("SELECT 1")

    async def close(self) -> None:
        """Give all connections back."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
