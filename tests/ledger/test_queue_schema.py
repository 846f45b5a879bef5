"""The queue library's tables, made by our migration, are those that the library expects."""

import asyncpg
from pgqueuer.adapters.persistence.queries import Queries


async def test_the_installed_version_would_change_nothing(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    plan = await Queries.from_asyncpg_connection(connection).plan_upgrade()
    await connection.close()
    assert list(plan.statements) == []
