"""Fixtures every test may use: a real PostgreSQL, a database each, the common settings."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from itertools import count

import httpx
import psycopg
import pytest
from asgi_lifespan import LifespanManager
from fastapi import FastAPI

from local.postgres.embedded import EmbeddedPostgres, throwaway_postgres

TOKEN = "a-token-that-only-the-tests-use"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
TEMPLATE = "deskloop_template"

Client = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One throw-away server for the whole run."""
    with throwaway_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database with all migrations applied, to copy from."""
    from sql.migrate import apply

    postgres.ensure_database(TEMPLATE)
    apply(postgres.url(TEMPLATE))
    return TEMPLATE


_numbers = count(1)


@contextmanager
def copy_of(template: str, postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a fresh copy of the database `template`; it is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = postgres.url("postgres")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield postgres.url(name)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """A fresh copy of the migrated database, dropped after the test."""
    with copy_of(migrated_template, postgres) as url:
        yield url


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting or key of this machine reaches a test; the common token is set."""
    prefixes = ("DESKLOOP_", "CLASSIFY_", "RULES_", "RETRIEVE_", "DRAFT_", "STORE_CORRECTION_")
    prefixes += ("LEDGER_", "CONSOLE_", "LOCAL_", "N8N_", "ANTHROPIC_", "OPENAI_")
    for name in list(os.environ):
        if name.startswith(prefixes):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DESKLOOP_TOKEN", TOKEN)


@pytest.fixture
def client() -> Client:
    """`async with client(app) as http:` runs the app's lifespan and calls it with a valid token."""

    @asynccontextmanager
    async def connect(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
        async with LifespanManager(app) as running:
            transport = httpx.ASGITransport(app=running.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://service", headers=AUTH
            ) as http:
                yield http

    return connect
