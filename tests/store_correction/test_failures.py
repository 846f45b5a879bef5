"""A dependency that is away is 503 and named by /ready; odd input is never a 500."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from local.postgres.embedded import free_port
from services.common.embeddings import EmbeddingsUnavailable
from services.store_correction.main import create_app
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder
from tests.store_correction.conftest import Send, correction


class Away(CountingEmbedder):
    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        raise EmbeddingsUnavailable("The embedding provider does not answer.")


async def test_database_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://postgres:x@127.0.0.1:{free_port()}/deskloop"
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", url)
    async with client(create_app(CountingEmbedder())) as http:
        for answer in (
            await http.post("/corrections", json=correction()),
            await http.get("/corrections"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
            assert int(answer.headers["Retry-After"]) >= 1
        assert (await http.get("/ready")).json()["detail"] == "Away: database."


async def test_embedder_away_stores_nothing(
    client: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    async with client(create_app(Away())) as http:
        answer = await http.post("/corrections", json=correction())
        assert (answer.status_code, answer.json()["code"]) == (503, "embeddings_unavailable")
        assert (await http.get("/corrections")).json()["total"] == 0
        assert (await http.get("/ready")).json()["detail"] == "Away: embeddings."


async def test_the_same_correction_sent_many_times_at_once_is_stored_once(send: Send) -> None:
    answers = await asyncio.gather(*(send() for _ in range(8)))
    assert sum(answer["stored"] for answer in answers) == 1
    assert len({answer["id"] for answer in answers}) == 1


async def test_without_a_token_nothing_is_told(http: httpx.AsyncClient) -> None:
    answer = await http.get("/corrections", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "category=%00",
        "search=%00",
        "limit=0",
        "limit=501",
        "offset=-1",
        "quality=x",
        "active=maybe",
    ],
)
async def test_bad_queries_are_refused(http: httpx.AsyncClient, query: str) -> None:
    assert (await http.get(f"/corrections?{query}")).status_code == 422


@pytest.mark.parametrize(
    "text", ["🪴", "\\", "%s {} $1", "' or 1=1 --", "\u202e\ufeff", "-" * 50_000]
)
async def test_odd_text_is_stored_like_any_other(send: Send, text: str) -> None:
    assert (await send(ticket_text=text, human_resolution=text, ai_draft=text))["stored"] is True
