"""The OpenAI embedder against a real HTTP server that speaks the vendor's protocol."""

import math
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx
import openai
import pytest
from llmock.scenarios import Fail
from llmock.testing import LLMockServer

from services.common.embeddings import EmbeddingsUnavailable
from services.common.embeddings.openai import BATCH, OpenAIEmbedder
from services.common.llm.pricing import PriceList
from services.common.llm.spending import spending


def _unchanged(texts: Sequence[str], known: Sequence[str]) -> list[str]:
    return list(texts)


def _without_ada(texts: Sequence[str], known: Sequence[str]) -> list[str]:
    return [text.replace("Ada", "[NAME]") for text in texts]


@pytest.fixture(scope="module")
def running() -> Iterator[LLMockServer]:
    with LLMockServer() as server:
        yield server


@pytest.fixture
def server(running: LLMockServer) -> Iterator[LLMockServer]:
    running.state.reset()
    yield running
    running.state.reset()


@pytest.fixture
async def embedder(server: LLMockServer) -> AsyncIterator[OpenAIEmbedder]:
    client = openai.AsyncOpenAI(base_url=server.base_url("openai"), api_key="test-key")
    embedder = OpenAIEmbedder(client, redact=_without_ada, prices=PriceList.load())
    yield embedder
    await embedder.close()


def sent_inputs(server: LLMockServer) -> list[list[str]]:
    return [record.body["input"] for record in server.state.journal.records()]


async def test_unit_vectors_in_order(embedder: OpenAIEmbedder) -> None:
    first, second = await embedder.embed(["one", "two"])
    [again] = await embedder.embed(["two"])
    assert second == pytest.approx(again)
    assert first != second
    assert len(first) == embedder.dimensions == 1536
    assert math.isclose(math.fsum(v * v for v in first), 1.0, abs_tol=1e-9)
    assert embedder.name == "openai:text-embedding-3-small"


async def test_batches(embedder: OpenAIEmbedder, server: LLMockServer) -> None:
    vectors = await embedder.embed([f"text {n}" for n in range(BATCH + 3)])
    assert len(vectors) == BATCH + 3
    assert [len(batch) for batch in sent_inputs(server)] == [BATCH, 3]


async def test_personal_data_does_not_leave(embedder: OpenAIEmbedder, server: LLMockServer) -> None:
    await embedder.embed(["My name is Ada", ""])
    assert sent_inputs(server) == [["My name is [NAME]", "(empty)"]]


async def test_a_rate_limit_is_survived(embedder: OpenAIEmbedder, server: LLMockServer) -> None:
    server.state.scenarios.add(Fail(429, retry_after=0.01))
    assert len(await embedder.embed(["one"])) == 1


async def test_an_outage_is_named(embedder: OpenAIEmbedder, server: LLMockServer) -> None:
    server.state.scenarios.add(Fail(503, retry_after=0.01, times=None))
    with pytest.raises(EmbeddingsUnavailable, match="503"):
        await embedder.embed(["one"])


async def test_nobody_there_is_named() -> None:
    client = openai.AsyncOpenAI(base_url="http://127.0.0.1:9/v1", api_key="k", max_retries=0)
    with pytest.raises(EmbeddingsUnavailable, match="does not answer"):
        await OpenAIEmbedder(client, redact=_unchanged, prices=PriceList.load()).embed(["one"])
    await client.close()


async def test_another_vector_length_is_refused(server: LLMockServer) -> None:
    client = openai.AsyncOpenAI(base_url=server.base_url("openai"), api_key="test-key")
    embedder = OpenAIEmbedder(client, redact=_unchanged, prices=PriceList.load(), dimensions=768)
    with pytest.raises(EmbeddingsUnavailable, match="DESKLOOP_EMBEDDINGS_DIMENSIONS"):
        await embedder.embed(["one"])
    await embedder.close()


async def test_what_it_cost_is_counted(embedder: OpenAIEmbedder) -> None:
    with spending() as spent:
        await embedder.embed(["one two three"] * (BATCH + 1))
    assert spent.cost_usd > 0
    assert spent.usage.input_tokens == 0  # no cache could have served them


@pytest.mark.parametrize("usage", ["", ', "usage": null', ', "usage": {}'])
async def test_a_gateway_that_counts_nothing_costs_nothing(usage: str) -> None:
    answer = f'{{"data": [{{"index": 0, "embedding": [3.0, 4.0]}}], "model": "m"{usage}}}'

    def gateway(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=answer, headers={"Content-Type": "application/json"})

    client = openai.AsyncOpenAI(
        api_key="k", http_client=httpx.AsyncClient(transport=httpx.MockTransport(gateway))
    )
    embedder = OpenAIEmbedder(client, redact=_unchanged, prices=PriceList.load(), dimensions=2)
    with spending() as spent:
        assert await embedder.embed(["one"]) == [[0.6, 0.8]]
    assert spent.is_nothing
    await embedder.close()
