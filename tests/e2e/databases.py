"""Looks into the databases of the running system, as somebody who stole a copy would."""

import subprocess
import sys

import psycopg

from local.postgres.embedded import binaries
from tests.e2e.processes import ROOT, Processes


def url_of(processes: Processes, database: str) -> str:
    """Where one of the system's databases is."""
    password = processes.secret("LOCAL_POSTGRES_PASSWORD")
    return f"postgresql://postgres:{password}@127.0.0.1:{processes.ports['postgres']}/{database}"


def dump_of(processes: Processes, database: str) -> str:
    """The complete SQL dump of a database, in small letters."""
    command = [str(binaries() / "pg_dump"), f"--dbname={url_of(processes, database)}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.lower()


def databases(processes: Processes) -> list[str]:
    """The names of all databases of the server."""
    with psycopg.connect(url_of(processes, "postgres")) as connection:
        rows = connection.execute("select datname from pg_database where datallowconn").fetchall()
    return [name for (name,) in rows if not name.startswith("template")]


def execute(processes: Processes, statement: str) -> None:
    """Change something in the services' database."""
    with psycopg.connect(url_of(processes, "deskloop")) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def run(processes: Processes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the product's commands against the system, as the Makefile does."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=processes.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
