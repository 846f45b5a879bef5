"""The local model: meaning, unit length, determinism, and that it leaves the event loop alone."""

import asyncio
import math
import time

import numpy as np
import pytest

from services.common.embeddings.local import MAX_TOKENS, LocalEmbedder

GOLDEN = 0.6766


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


def cosine(embedder: LocalEmbedder, left: str, right: str) -> float:
    a, b = embedder.embed_now([left, right])
    return float(np.dot(a, b))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Where is my parcel?", "My parcel has not arrived yet."),
        ("I forgot my password", "How can I reset the password of my account?"),
        ("I was charged twice for one order", "Why are there two charges for my order?"),
    ],
)
def test_paraphrases_are_close(embedder: LocalEmbedder, left: str, right: str) -> None:
    assert cosine(embedder, left, right) > 0.55


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Where is my parcel?", "The sensor shows 0 % moisture in wet soil."),
        ("I forgot my password", "Do you sell gift cards for Christmas?"),
        ("I was charged twice", "My basil has yellow leaves"),
    ],
)
def test_unrelated_texts_are_far(embedder: LocalEmbedder, left: str, right: str) -> None:
    assert cosine(embedder, left, right) < 0.25


def test_known_value(embedder: LocalEmbedder) -> None:
    """Pins the model file: another model or pooling would move this far more than 0.02."""
    assert cosine(embedder, "Where is my order?", "Where is my package?") == pytest.approx(
        GOLDEN, abs=0.02
    )


async def test_unit_length_and_dimensions(embedder: LocalEmbedder) -> None:
    for vector in await embedder.embed(["Hello", "", "  ", "日本語のテキスト", "x" * 100_000]):
        assert len(vector) == embedder.dimensions
        assert math.isclose(math.fsum(v * v for v in vector), 1.0, abs_tol=1e-4)


async def test_a_text_has_the_same_vector_alone_and_among_others(embedder: LocalEmbedder) -> None:
    text = "The hub does not connect to my router."
    [alone] = await embedder.embed([text])
    among = await embedder.embed(["short", text, "a much longer text " * 50])
    assert among[1] == alone


async def test_nothing_in_nothing_out(embedder: LocalEmbedder) -> None:
    assert await embedder.embed([]) == []


def test_only_the_first_tokens_count(embedder: LocalEmbedder) -> None:
    start = "plant " * MAX_TOKENS
    a, b = embedder.embed_now([start, start + "an invoice with a wrong amount"])
    assert a == b


async def test_the_event_loop_keeps_running(embedder: LocalEmbedder) -> None:
    longest = 0.0

    async def tick() -> None:
        nonlocal longest
        while True:
            start = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - start)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    start = time.perf_counter()
    await embedder.embed(["word " * 250] * 40)
    busy = time.perf_counter() - start
    ticker.cancel()
    assert longest < busy / 2
