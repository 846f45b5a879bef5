"""Restore a back-up: build the database beside the present one, settle it, then change places."""

import asyncio
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from local.backup.archive import Manifest, TableCopy, read_manifest, stream
from local.backup.errors import BackupError, DamagedBackup, NewerBackup, OlderBackup
from local.backup.take import table_with, tables_of
from local.privacy.forget import telling_words
from services.common.database import Database
from services.common.settings import DatabaseSettings
from services.ledger.erasure import Erasure
from services.ledger.restored import Settled, settle
from services.store_correction import store_erasure
from sql import migrate


@dataclass(frozen=True)
class Restored:
    """What was restored, what went to humans, and where the former database is kept."""

    manifest: Manifest
    settled: Settled
    former: str | None
    brought_up_to_date: list[str]


def restore(database_url: str, file: Path, *, older: bool = False) -> Restored:
    """Put the back-up in the place of the database; until the last step nothing changes.

    Services may run: they lose their connections in the moment of the change and find the
    restored database with their next call. What was in flight goes to humans.

    Raises
    ------
    BackupError
        Where the file is not ours, damaged, newer, or older without `older`; nothing was changed.
    """
    manifest = read_manifest(file)
    missing = _compare(file, manifest, older)
    name = _database(database_url)
    new = f"{name}_restoring"
    with psycopg.connect(_with_database(database_url, "postgres"), autocommit=True) as admin:
        _execute(admin, "drop database if exists {} with (force)", new)
        _execute(admin, "create database {} template template0", new)
        try:
            _fill(_with_database(database_url, new), file, manifest)
            forgotten = _forgotten(admin, database_url)
            settled = asyncio.run(_settle(_with_database(database_url, new), manifest, forgotten))
            former = _change_places(admin, new, name)
        except BaseException:
            _execute(admin, "drop database if exists {} with (force)", new)
            raise
    return Restored(manifest, settled, former, missing)


def _compare(file: Path, manifest: Manifest, older: bool) -> list[str]:
    """Return the migrations that the back-up lacks."""
    known = migrate.known()
    unknown = sorted(set(manifest.migrations) - set(known))
    missing = [each for each in known if each not in manifest.migrations]
    if unknown:
        raise NewerBackup(
            f"{file.name} was written by a newer Deskloop (it has {unknown[-1]}): update this one."
        )
    if missing and not older:
        raise OlderBackup(
            f"{file.name} was written by an older Deskloop: it lacks {', '.join(missing)}. "
            "Restore it with the version that wrote it, or add OLDER=1 to bring it up to date."
        )
    return missing


def _fill(url: str, file: Path, manifest: Manifest) -> None:
    """Make the schema that the back-up has, load it, then apply what is missing."""
    migrate.apply(url, only=manifest.migrations)
    with psycopg.connect(url) as connection, zipfile.ZipFile(file) as archive:
        there = dict(tables_of(connection))
        for table in manifest.tables:
            if set(table.columns) - set(there.get(table.name, [])):
                raise DamagedBackup(f"The back-up's table {table.name} does not fit its schema.")
        # neither triggers nor foreign keys: what is loaded was consistent when it was taken
        connection.execute("set session_replication_role = replica")
        _empty(connection, list(there))
        for table in manifest.tables:
            _load(connection, archive, table)
        for sequence, value in manifest.sequences.items():
            connection.execute("select setval(%s::text::regclass, %s)", (f'"{sequence}"', value))
        _index_models(connection)
    migrate.apply(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("analyze")


def _empty(connection: psycopg.Connection, tables: list[str]) -> None:
    """Take out what the migrations themselves put in."""
    listed = sql.SQL(", ").join(sql.Identifier("public", name) for name in tables)
    connection.execute(sql.SQL("truncate {}").format(listed))


def _load(connection: psycopg.Connection, archive: zipfile.ZipFile, table: TableCopy) -> None:
    statement = sql.SQL("copy {} from stdin").format(table_with(table.name, table.columns))
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copied:
            for chunk in stream(archive, table):
                copied.write(chunk)
        if cursor.rowcount != table.rows:
            raise DamagedBackup(f"{table.name}: {cursor.rowcount} of {table.rows} rows.")


def _forgotten(admin: psycopg.Connection, database_url: str) -> list[tuple[str, datetime]]:
    """Return whom the present database has forgotten; nobody where it is lost."""
    if not _exists(admin, _database(database_url)):
        return []
    try:
        with psycopg.connect(database_url) as connection:
            query = "select requester_hash, forgotten_at from ledger_forgotten"
            return connection.execute(query).fetchall()
    except psycopg.Error:
        return []


async def _settle(
    url: str, manifest: Manifest, forgotten: Sequence[tuple[str, datetime]]
) -> Settled:
    """Let the ledger settle what was in flight, and forget again whom it had forgotten."""
    settled = await settle(url, manifest.taken_at, forgotten)
    if settled.erased.ticket_ids:
        database = Database(DatabaseSettings.model_validate({"database_url": url}))
        erased = (settled.erased.ticket_ids, telling_words(settled.erased.words))
        async with database.connection() as connection:
            gone = [each for each, _ in await store_erasure.find(connection, *erased)]
            await store_erasure.delete(connection, *erased, gone)
        await Erasure(database).forget_quotes(gone)
        await database.close()
    return settled


def _index_models(connection: psycopg.Connection) -> None:
    """Make the indexes of embedding models that no migration knows."""
    models = connection.execute(
        """
        select distinct embedding_model, vector_dims(embedding)
        from support_corrections where embedding is not null and embedding_model is not null
        union select distinct embedding_model, vector_dims(embedding) from help_vectors
        """
    ).fetchall()
    for model in models:
        connection.execute("select index_embeddings(%s, %s)", model)


def _change_places(admin: psycopg.Connection, new: str, name: str) -> str | None:
    """Give the new database the name; returns under which name the former one is kept."""
    if not _exists(admin, name):
        _execute(admin, "alter database {} rename to {}", new, name)
        return None
    former = f"{name}_before_{datetime.now(UTC):%Y%m%d%H%M%S}"
    try:
        _execute(admin, "alter database {} with allow_connections false", name)
        _disconnect(admin, name)
        with admin.transaction():
            _execute(admin, "alter database {} rename to {}", name, former)
            _execute(admin, "alter database {} rename to {}", new, name)
    except psycopg.Error as error:
        _execute(admin, "alter database {} with allow_connections true", name)
        raise BackupError(f"The databases could not change places: {error}") from error
    return former


def _exists(admin: psycopg.Connection, name: str) -> bool:
    found = admin.execute("select 1 from pg_database where datname = %s", (name,))
    return found.fetchone() is not None


def _disconnect(admin: psycopg.Connection, name: str) -> None:
    admin.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", (name,)
    )


def former_databases(database_url: str) -> list[str]:
    """Return the databases that earlier restores replaced and kept."""
    name = _database(database_url)
    with psycopg.connect(_with_database(database_url, "postgres")) as admin:
        query = "select datname from pg_database where starts_with(datname, %s) order by datname"
        return [row[0] for row in admin.execute(query, (f"{name}_before_",)).fetchall()]


def drop_former(database_url: str) -> list[str]:
    """Delete the databases that earlier restores replaced; returns which."""
    found = former_databases(database_url)
    with psycopg.connect(_with_database(database_url, "postgres"), autocommit=True) as admin:
        for name in found:
            _execute(admin, "drop database {} with (force)", name)
    return found


def _execute(admin: psycopg.Connection, statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _database(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()
