"""Take a back-up of the services' database while everything runs, as of one moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from local.backup.archive import Manifest, TableCopy, Writer, writing

_PATTERN = "deskloop-*.zip"
_TABLES = """
    select c.relname, array_agg(a.attname::text order by a.attnum) from pg_class c
    join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
        and not a.attisdropped and a.attgenerated = '' and c.relname not like '%yoyo%'
    group by c.relname order by c.relname
"""
_MIGRATIONS = "select migration_id from _yoyo_migration order by migration_id"
_SEQUENCES = """
    select s.sequencename, s.last_value from pg_sequences s
    where s.schemaname = 'public' and s.last_value is not null and s.sequencename not like '%yoyo%'
"""


def take(database_url: str, file: Path) -> Manifest:
    """Write a back-up of the database to `file`; writers are not kept waiting.

    Raises
    ------
    psycopg.OperationalError
        Where the database does not answer.
    """
    with psycopg.connect(database_url) as connection, writing(file) as writer:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        tables = [_copy(connection, writer, *table) for table in tables_of(connection)]
        manifest = Manifest(
            taken_at=connection.execute("select now()").fetchone()[0],  # type: ignore[index]
            server=str(connection.info.server_version),
            migrations=applied_migrations(connection),
            tables=tables,
            sequences=dict(connection.execute(_SEQUENCES).fetchall()),
        )
        writer.finish(manifest)
    return manifest


def tables_of(connection: psycopg.Connection) -> list[tuple[str, list[str]]]:
    """Return the name and the stored columns of each of our tables."""
    return connection.execute(_TABLES).fetchall()


def applied_migrations(connection: psycopg.Connection) -> list[str]:
    """Return the ids of the migrations that the database has."""
    return [row[0] for row in connection.execute(_MIGRATIONS).fetchall()]


def _copy(
    connection: psycopg.Connection, writer: Writer, name: str, columns: list[str]
) -> TableCopy:
    with connection.cursor() as cursor:
        statement = sql.SQL("copy {} to stdout").format(table_with(name, columns))
        with cursor.copy(statement) as copied:
            digest = writer.table(name, columns, (bytes(chunk) for chunk in copied))
        rows = cursor.rowcount
    return TableCopy(name=name, columns=columns, rows=rows, sha256=digest)


def table_with(name: str, columns: list[str]) -> sql.Composed:
    """Return a table with its columns, as COPY wants it."""
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("{} ({})").format(sql.Identifier("public", name), listed)


def new_name(now: datetime | None = None) -> str:
    """Return a file name that says when."""
    return f"deskloop-{now or datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"


def remove_older(folder: Path, days: int) -> list[Path]:
    """Delete the folder's back-ups older than so many days; returns which."""
    before = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    old = [file for file in _backups(folder) if file.stat().st_mtime < before]
    for file in old:
        file.unlink()
    return old


def _backups(folder: Path) -> Iterator[Path]:
    return folder.glob(_PATTERN)
