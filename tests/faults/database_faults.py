"""A database that is there and does not serve."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from local.postgres.serve import DATABASES
from tests.faults.disk import filled, why_no_small_disk
from tests.faults.fault import Fault
from tests.faults.laboratory import Laboratory

_REFUSES_SECONDS = 20.0
_FULL_SECONDS = 20.0


@contextmanager
def refuses_connections(lab: Laboratory) -> Iterator[None]:
    """All connections are ended, and none is let in for twenty seconds."""
    started = time.monotonic()
    with psycopg.connect(f"{lab.database_server}/postgres", autocommit=True) as admin:
        _allow_connections(admin, allowed=False)
        try:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = any(%s)",
                (list(DATABASES),),
            )
            yield
            time.sleep(max(0.0, started + _REFUSES_SECONDS - time.monotonic()))
        finally:
            _allow_connections(admin, allowed=True)


def _allow_connections(admin: psycopg.Connection, *, allowed: bool) -> None:
    for name in DATABASES:
        statement = "alter database {} with allow_connections {}"
        admin.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Literal(allowed)))


@contextmanager
def disk_is_full(lab: Laboratory) -> Iterator[None]:
    """Not a byte is left where PostgreSQL keeps its data; after a while there is room again."""
    started = time.monotonic()
    with filled(lab.processes.state / "postgres"):
        yield
        time.sleep(max(0.0, started + _FULL_SECONDS - time.monotonic()))
    lab.wait_until_up()


FAULTS = [
    Fault("PostgreSQL refuses connections for 20 s", refuses_connections),
    Fault("disk full for PostgreSQL for 20 s", disk_is_full, cannot=why_no_small_disk),
]
