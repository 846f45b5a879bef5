"""A database with a ledger and corrections in it, and what a test compares of two databases."""

import os
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager

from local.postgres.embedded import EmbeddedPostgres, binaries
from services.common.settings import CommonSettings, DatabaseSettings
from services.ledger.main import create_app
from services.ledger.settings import LedgerSettings
from tests.conftest import AUTH
from tests.ledger.conftest import a_ticket, attempt, call, finish, register
from tests.ledger.samples import decided_event

VECTOR = "[" + ",".join(["0.05"] * 384) + "]"
_NOISE = re.compile(r"^(--|\\(un)?restrict|SELECT pg_catalog\.set_config)")


@dataclass
class Filled:
    """The URL of a database with work in it, and how to reach the ledger on it."""

    url: str

    @asynccontextmanager
    async def ledger(self) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(
            LedgerSettings(hand_out=False),
            CommonSettings(),
            DatabaseSettings(database_url=self.url),
        )
        async with LifespanManager(app) as running:
            transport = httpx.ASGITransport(app=running.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://ledger", headers=AUTH
            ) as http:
                yield http

    def lease(self, number: int) -> None:
        """Hand a ticket out, as the queue would."""
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "with leased as (update ledger_turns set state = 'leased', attempt = 1,"
                " lease_until = now() + interval '1 hour' where ticket_id = %s returning id)"
                " insert into ledger_attempts (turn_id, attempt) select id, 1 from leased",
                (f"django-helpdesk:{number}",),
            )


@pytest.fixture
async def filled(database_url: str) -> Filled:
    """Ticket 1 was answered, 2 waits for review; two corrections, one of another model."""
    database = Filled(database_url)
    async with database.ledger() as http:
        for number, route in ((1, "auto_sent"), (2, "review")):
            await register(http, a_ticket(number))
            database.lease(number)
            await attempt(http, f"run-{number}", number)
            await call(http, "events", decided_event(f"run-{number}", route), 201, number)
            claim = {"action": "reply", "key": f"k{number}", "execution_id": f"run-{number}"}
            await call(http, "claims", claim, 201, number)
            posted = {"kind": "posted", "claim_key": f"k{number}", "execution_id": f"run-{number}"}
            await call(http, "events", posted, 201, number)
            await finish(http, f"run-{number}", route, number)
    with psycopg.connect(database_url) as connection:
        for number, model in ((1, "local:all-MiniLM-L6-v2"), (2, "openai:of-tomorrow")):
            connection.execute(
                "insert into support_corrections (ticket_id, ticket_text, human_resolution,"
                " category, agent_id, embedding_model, embedding, resolution_embedding)"
                " values (%s, E'A\\tb, \\\\ and Ünïcödé 🌱', 'Line one\nline two', 'technical',"
                " 'maya', %s, %s::halfvec, %s::halfvec)",
                (f"django-helpdesk:{number}", model, VECTOR, VECTOR),
            )
        connection.execute("select index_embeddings('openai:of-tomorrow', 384)")
        connection.execute("update support_corrections set active = false where agent_id = 'maya'")
    return database


def dumped(url: str) -> list[str]:
    """Everything in a database as SQL, by PostgreSQL's own tool, in an order that compares."""
    command = [str(binaries() / "pg_dump"), "--inserts", "--no-owner", f"--dbname={url}"]
    done = subprocess.run(
        [
            *command,
            "--exclude-table=*yoyo*",
            # what restoring itself changes
            "--exclude-table-data=ledger_restores",
            "--exclude-table-data=pgqueuer",
        ],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PGTZ": "UTC"},
    )
    lines = (line for line in done.stdout.splitlines() if not _NOISE.match(line))
    return sorted(line for line in lines if "ledger_restores_id_seq" not in line)


def forget_database(postgres: EmbeddedPostgres, url: str) -> None:
    """Lose a database, as in a disaster."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as admin:
        admin.execute(f'drop database "{url.rpartition("/")[2]}" with (force)')
