"""A running retrieve service on a real database with the local embedding model."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.retrieve.main import create_app
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def app(database_url: str, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    return create_app(embedder)


@pytest.fixture
async def http(app: FastAPI, client: Client) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as connected:
        yield connected
