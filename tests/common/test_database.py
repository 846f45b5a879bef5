"""The pool: commits, rolls back, and says plainly when PostgreSQL is away."""

import contextlib

import asyncpg
import pytest

from local.postgres.embedded import free_port
from services.common.database import AWAY, Database
from services.common.errors import DatabaseUnavailable
from services.common.settings import DatabaseSettings


def database(url: str) -> Database:
    return Database(DatabaseSettings(database_url=url, database_timeout_seconds=2))


async def test_a_block_is_one_transaction(database_url: str) -> None:
    db = database(database_url)
    async with db.connection() as connection:
        await connection.execute("CREATE TABLE kept (n int)")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with db.connection() as connection:
            await connection.execute("INSERT INTO kept VALUES (1)")
            raise asyncpg.UniqueViolationError("planted")
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
    await db.close()


async def test_an_absent_server_is_database_unavailable() -> None:
    db = database(f"postgresql://nobody:x@127.0.0.1:{free_port()}/none")
    with pytest.raises(DatabaseUnavailable):
        await db.check()
    await db.close()


async def test_it_works_again_after_its_connections_were_cut(database_url: str) -> None:
    db = database(database_url)
    async with db.connection() as connection:
        cut = await connection.fetchval("SELECT pg_backend_pid()")
    killer = await asyncpg.connect(database_url)
    await killer.execute("SELECT pg_terminate_backend($1)", cut)
    await killer.close()
    for _ in range(3):  # the first use may meet the lost connection: 503, and then a new one
        with contextlib.suppress(DatabaseUnavailable):
            await db.check()
    async with db.connection() as connection:
        assert await connection.fetchval("SELECT pg_backend_pid()") != cut
    await db.close()


async def test_a_database_that_is_being_replaced_is_an_outage(database_url: str) -> None:
    """As `make restore` does it: no connections, another name, and back."""
    db = database(database_url)
    await db.check()
    name = database_url.rpartition("/")[2]
    admin = await asyncpg.connect(database_url.replace(f"/{name}", "/postgres"))
    cut = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1"
    await admin.execute(f'alter database "{name}" with allow_connections false')
    await admin.fetch(cut, name)
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            await db.check()
    await admin.execute(f'alter database "{name}" rename to "{name}_aside"')
    with pytest.raises(DatabaseUnavailable):
        await db.check()
    await admin.execute(f'alter database "{name}_aside" rename to "{name}"')
    await admin.execute(f'alter database "{name}" with allow_connections true')
    await db.check()
    await admin.close()
    await db.close()


async def test_our_own_mistake_is_not_called_an_outage(database_url: str) -> None:
    db = database(database_url)
    with pytest.raises(asyncpg.DataError):
        async with db.connection() as connection:
            await connection.fetchval("SELECT $1::int", "not a number")
    await db.close()


@pytest.mark.parametrize("lost", AWAY)
async def test_however_a_connection_is_lost_it_is_an_outage(
    database_url: str, lost: type[Exception]
) -> None:
    db = database(database_url)
    with pytest.raises(DatabaseUnavailable):
        async with db.connection():
            raise lost("in the moment of its use")
    await db.check()
    await db.close()


async def test_a_wrong_address_is_no_outage(database_url: str) -> None:
    db = database(f"{database_url}?target_session_attrs=banana")
    with pytest.raises(asyncpg.exceptions.ClientConfigurationError, match="banana"):
        await db.check()
    await db.close()
