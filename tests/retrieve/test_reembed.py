"""A change of embedding model: resumable, nothing mixed, the old model serves until the switch."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from services.common.database import Database
from services.common.embeddings import EmbeddingsUnavailable
from services.common.settings import DatabaseSettings
from services.retrieve import reembed
from services.retrieve.main import create_app
from services.retrieve.reembed import Reembedding
from services.retrieve.reembed_store import ReembedStore
from services.retrieve.store import vector_literal
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder
from tests.retrieve.test_service import put, ticket

ASK = {"ticket": ticket("", "How do I send my sensor back?"), "min_similarity": 0.5}


class Shortened:
    """Another model: the first 64 numbers of the local one; fails after some calls if told to."""

    name = "test:shortened"
    dimensions = 64

    def __init__(self, calls: int = 1000) -> None:
        self._model = CountingEmbedder()
        self.calls = calls

    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        if self.calls == 0:
            raise EmbeddingsUnavailable("away")
        self.calls -= 1
        return [vector[:64] for vector in await self._model.embed(texts)]

    async def close(self) -> None:
        pass


Make = Callable[[Shortened], tuple[Reembedding, ReembedStore]]


@pytest.fixture
async def reembedding(database_url: str) -> AsyncIterator[Make]:
    """Build the command's work with an embedder, and close its connections afterwards."""
    database = Database(DatabaseSettings.model_validate({"database_url": database_url}))

    def make(embedder: Shortened) -> tuple[Reembedding, ReembedStore]:
        store = ReembedStore(database, embedder.name, embedder.dimensions)
        return Reembedding(store, embedder), store

    yield make
    await database.close()


async def add_corrections(database_url: str, count: int) -> None:
    questions = [f"How do I send sensor number {n} back?" for n in range(count)]
    vectors = await CountingEmbedder().embed(questions)
    with psycopg.connect(database_url) as connection:
        for question, vector in zip(questions, vectors, strict=True):
            literal = vector_literal(vector)
            connection.execute(
                "insert into support_corrections (ticket_id, ticket_text, human_resolution, "
                "category, agent_id, embedding_model, embedding, resolution_embedding) "
                "values ('t', %s, %s, 'shipping', 'a', %s, %s, %s)",
                (question, f"Answer to {question}", CountingEmbedder.name, literal, literal),
            )


@pytest.fixture
async def filled(http: httpx.AsyncClient, database_url: str) -> httpx.AsyncClient:
    for name in ("returns", "wifi", "invoice"):
        await put(http, name)
    await add_corrections(database_url, 70)
    return http


async def found(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.post("/retrieve", json=ASK)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_switches_everything_and_mixes_nothing(
    filled: httpx.AsyncClient, reembedding: Make, client: Client
) -> None:
    before = await found(filled)
    assert (len(before["documents"]), len(before["corrections"])) == (3, 3)
    told: list[int] = []
    work, store = reembedding(Shortened())
    assert await store.count() == (3, 70)
    assert await work.run(told.append) == (3, 70)
    assert sum(told) == 73
    assert await store.count() == (0, 0)
    async with client(create_app(Shortened())) as other:  # type: ignore[arg-type]
        after = await found(other)
    assert after["embedding_model"] == "test:shortened"
    assert after["documents"][0]["id"] == "returns#1"
    assert len(after["corrections"]) == 3
    # a service that still runs with the former model finds documents, and no foreign corrections
    late = await found(filled)
    assert late["documents"] == before["documents"]
    assert late["corrections"] == []
    assert await store.forget_other_models() == 3
    assert (await found(filled))["documents"] == []


async def test_goes_on_where_it_stopped_while_the_old_model_serves(
    filled: httpx.AsyncClient, reembedding: Make
) -> None:
    before = await found(filled)
    stopped, store = reembedding(Shortened(calls=2))
    with pytest.raises(EmbeddingsUnavailable):
        await stopped.run()
    assert await store.count() == (0, 38)
    assert await found(filled) == before
    work, _ = reembedding(Shortened())
    assert await work.run() == (0, 38)


async def test_a_correction_edited_meanwhile_is_embedded_again(
    filled: httpx.AsyncClient, database_url: str, reembedding: Make
) -> None:
    stopped, store = reembedding(Shortened(calls=3))
    with pytest.raises(EmbeddingsUnavailable):
        await stopped.run()
    assert await store.count() == (0, 6)
    with psycopg.connect(database_url) as connection:
        connection.execute("update support_corrections set human_resolution = 'Other'")
    assert await store.count() == (0, 70)


async def test_the_command_uses_the_configured_model_and_reports(
    filled: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    embedder = Shortened(calls=1)
    monkeypatch.setattr(reembed, "create_embedder", lambda _: embedder)
    assert await reembed.reembed(forget=False) == 1
    assert "what is done stays done" in capsys.readouterr().err
    embedder.calls = 100
    assert await reembed.reembed(forget=True) == 0
    out = capsys.readouterr().out
    assert "70 texts to embed with test:shortened" in out
    assert "70/70" in out
    assert "forgot 3 vectors" in out


async def test_a_service_started_with_another_model_says_so(
    filled: httpx.AsyncClient, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    app: FastAPI = create_app(Shortened())  # type: ignore[arg-type]
    async with client(app) as other:
        assert (await found(other))["documents"] == []
    assert "embeddings_of_other_models" in capsys.readouterr().out
