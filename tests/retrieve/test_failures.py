"""Odd input is refused by name; a dependency that is away is 503 and named by /ready."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from local.postgres.embedded import free_port
from services.common.embeddings import EmbeddingsUnavailable
from services.retrieve.main import create_app
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder
from tests.retrieve.test_service import put, ticket

ASK = {"ticket": ticket("Return", "How do I send it back?")}


class Away(CountingEmbedder):
    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        raise EmbeddingsUnavailable("The embedding provider does not answer.")


async def assert_unavailable(http: httpx.AsyncClient, code: str, away: str) -> None:
    document = {"title": "T", "text": "Some text."}
    for answer in (
        await http.post("/retrieve", json=ASK),
        await http.put("/documents/a", json=document),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, code)
        assert int(answer.headers["Retry-After"]) >= 1
    ready = await http.get("/ready")
    assert ready.status_code == 503
    assert ready.json()["detail"] == f"Away: {away}."
    assert (await http.get("/health")).status_code == 200


async def test_database_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://postgres:x@127.0.0.1:{free_port()}/deskloop"
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", url)
    async with client(create_app(CountingEmbedder())) as http:
        await assert_unavailable(http, "database_unavailable", "database")
        assert (await http.get("/documents")).status_code == 503


async def test_embedder_away(
    client: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    async with client(create_app(Away())) as http:
        await assert_unavailable(http, "embeddings_unavailable", "embeddings")


async def test_ready_when_all_is_there(http: httpx.AsyncClient) -> None:
    answer = await http.get("/ready")
    assert answer.json() == {"status": "ready", "checked": ["database", "embeddings"]}


async def test_without_a_token_nothing_is_told(app: FastAPI, http: httpx.AsyncClient) -> None:
    for method, path in (("POST", "/retrieve"), ("GET", "/documents"), ("PUT", "/documents/a")):
        answer = await http.request(method, path, headers={"Authorization": "Bearer wrong"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"documents": 51}, "documents"),
        ({"min_similarity": 1.5}, "min_similarity"),
        ({"category": ""}, "category"),
        ({"colour": "red"}, "colour"),
        ({"ticket": ticket("a\x00", "b")}, "ticket.subject"),
        ({"ticket": {**ticket("a", "b"), "id": ""}}, "ticket.id"),
    ],
)
async def test_bad_fields_are_named(
    http: httpx.AsyncClient, changes: dict[str, Any], field: str
) -> None:
    answer = await http.post("/retrieve", json={**ASK, **changes})
    assert answer.status_code == 422
    assert field in {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    "text",
    [
        "'; drop table help_documents; --",
        "a & b | !c <-> (d:*) \\ ' \"",
        "🪴" * 500,
        "\u202e\u200b\ufeff",
        "word " * 100_000,
        "x" * 500_000,
        "%s {} $1 \\x00",
    ],
    ids=["sql", "tsquery", "emoji", "invisible", "long", "one word", "format"],
)
async def test_odd_text_is_searched_like_any_other(http: httpx.AsyncClient, text: str) -> None:
    await put(http, "returns")
    answer = await http.post("/retrieve", json={"ticket": ticket(text[:500], text)})
    assert answer.status_code == 200, answer.text
    stored = await http.put("/documents/odd", json={"title": text[:500], "text": text})
    assert stored.status_code == 200, stored.text


@pytest.mark.parametrize("document_id", ["%00", "x" * 201, "%20"])
async def test_odd_document_ids_are_refused(http: httpx.AsyncClient, document_id: str) -> None:
    url = f"/documents/{document_id}"
    body = {"title": "T", "text": "Some text."}
    assert (await http.put(url, json=body)).status_code == 422
    assert (await http.delete(url)).status_code == 422


async def test_a_document_of_markup_only_is_refused(http: httpx.AsyncClient) -> None:
    body = {"title": "T", "text": "<script>x()</script><p></p>", "format": "html"}
    answer = await http.put("/documents/a", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "empty_document")


async def test_ids_may_hold_slashes(http: httpx.AsyncClient) -> None:
    await put(http, "returns/how-to.md")
    assert (await http.delete("/documents/returns/how-to.md")).status_code == 204


async def test_a_huge_document_is_413(http: httpx.AsyncClient) -> None:
    answer = await http.put("/documents/a", json={"title": "T", "text": "x" * 1_100_000})
    assert answer.status_code == 413
