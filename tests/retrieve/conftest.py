"""A running retrieve service on a real database with the local embedding model."""

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from fastapi import FastAPI

from services.common.embeddings.local import LocalEmbedder
from services.retrieve.main import create_app
from tests.conftest import Client


class CountingEmbedder(LocalEmbedder):
    """The real model, remembering what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += texts
        return await super().embed(texts)


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
