"""Apply the migrations to DESKLOOP_DATABASE_URL: `python -m sql.migrate [COMMAND]`."""

import argparse
import contextlib
import io
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import yoyo

from services.common.settings import DatabaseSettings

FOLDER = Path(__file__).parent
MIGRATIONS = FOLDER / "migrations"
SCHEMA_FILE = FOLDER / "schema.sql"
_LOCK = 0x6465736B  # "desk"


def known() -> list[str]:
    """Return the ids of all migrations, in order."""
    return [migration.id for migration in yoyo.read_migrations(str(MIGRATIONS))]


def apply(database_url: str, only: Collection[str] | None = None) -> list[str]:
    """Apply what is missing, or of it what is named in `only`; returns the ids applied, in order.

    Safe to call from several processes at once. Each migration is one transaction: a failing one
    leaves nothing behind, and psycopg's error says what was wrong.
    """
    with _opened(database_url) as (backend, migrations):
        wanted = migrations.filter(lambda each: only is None or each.id in only)
        missing = backend.to_apply(wanted)
        with contextlib.redirect_stdout(io.StringIO()):  # yoyo prints what SELECTs return
            backend.apply_migrations(missing)
        return [migration.id for migration in missing]


def pending(database_url: str) -> dict[str, bool]:
    """Return each migration's id with whether it still has to be applied."""
    with _opened(database_url) as (backend, migrations):
        missing = {migration.id for migration in backend.to_apply(migrations)}
        return {migration.id: migration.id in missing for migration in migrations}


def adopt(database_url: str) -> list[str]:
    """Record all migrations as applied, for a database made from schema.sql by hand."""
    with _opened(database_url) as (backend, migrations):
        missing = backend.to_apply(migrations)
        backend.mark_migrations(missing)
        return [migration.id for migration in missing]


@contextlib.contextmanager
def _opened(database_url: str) -> Iterator[tuple[Any, Any]]:
    # A lock that PostgreSQL gives back when we are killed; yoyo's own would stay.
    with psycopg.connect(database_url, autocommit=True) as holder:
        holder.execute("select pg_advisory_lock(%s)", (_LOCK,))
        url = urlsplit(database_url)._replace(scheme="postgresql+psycopg").geturl()
        backend = yoyo.get_backend(url)
        try:
            yield backend, yoyo.read_migrations(str(MIGRATIONS))
        finally:
            backend.connection.close()


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sql.migrate", description=__doc__)
    commands = ("apply", "list", "adopt", "schema")
    parser.add_argument("command", nargs="?", default="apply", choices=commands)
    command = parser.parse_args(arguments).command
    if command == "schema":
        from sql.schema import write_schema

        write_schema()
        return 0
    database_url = str(DatabaseSettings().database_url)
    if command == "list":
        for name, missing in pending(database_url).items():
            print(f"{'pending' if missing else 'applied'}  {name}")
        return 0
    done = apply(database_url) if command == "apply" else adopt(database_url)
    print("\n".join(f"{command}: {name}" for name in done) or "nothing to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
