"""Latency of one retrieve call over HTTP's edge: `python -m bench.retrieve [--corrections 10000]`.

Fills a throw-away PostgreSQL with made-up help articles and corrections, asks one ticket at a time
with the local embedder, and prints one JSON object (milliseconds) as the last line.
"""

import argparse
import asyncio
import json
import os
import random
import time
from collections.abc import Sequence

import numpy as np

from local.postgres.embedded import throwaway_postgres
from services.common.database import Database
from services.common.embeddings.local import LocalEmbedder
from services.common.settings import DatabaseSettings
from services.contracts import HelpDocument, RetrieveRequest
from services.retrieve.service import RetrieveService
from services.retrieve.store import RetrieveStore, vector_literal
from sql.migrate import apply

_VERBS = ("reset", "return", "cancel", "update", "connect", "replace", "order", "pay", "track")
_THINGS = ("sensor", "hub", "invoice", "parcel", "subscription", "app", "password", "battery")
_WHERE = ("in the app", "at home", "abroad", "after an update", "without a receipt", "as a gift")
_INSERT = """
insert into support_corrections (ticket_id, ticket_text, human_resolution, category, agent_id,
    embedding_model, embedding)
values ($1, $2, $3, $4, 'bench', $5, $6::text::halfvec)
"""


def _question(source: random.Random) -> str:
    verb, thing, where = (source.choice(words) for words in (_VERBS, _THINGS, _WHERE))
    return f"How do I {verb} my {thing} {where}? It is number {source.randrange(10_000)}."


def _article(number: int, source: random.Random) -> HelpDocument:
    steps = " ".join(f"{_question(source)} Open the menu and follow the steps." for _ in range(12))
    return HelpDocument(title=f"Article {number}: {_question(source)}", text=steps, locale="en")


async def _fill_corrections(database: Database, embedder: LocalEmbedder, count: int) -> None:
    """Embed a few hundred questions and vary them: what is measured is the search."""
    source, noise = random.Random(1), np.random.default_rng(1)  # noqa: S311
    questions = [_question(source) for _ in range(min(count, 400))]
    known = np.array(await embedder.embed(questions))
    rows = []
    for number in range(count):
        chosen = number % len(questions)
        vector = known[chosen] + noise.normal(scale=0.02, size=known.shape[1])
        vector /= np.linalg.norm(vector)
        category = ("account", "billing", "shipping", "technical", "general")[number % 5]
        row = (f"bench:{number}", questions[chosen], "Open the menu.", category)
        rows.append((*row, embedder.name, vector_literal(vector.tolist())))
    async with database.connection() as connection:
        await connection.executemany(_INSERT, rows)


def _request(number: int, text: str) -> RetrieveRequest:
    ticket = {
        "id": f"bench:{number}",
        "source": "bench",
        "subject": "A question",
        "body": text,
        "requester": {"id": "r"},
        "created_at": "2026-01-01T00:00:00Z",
    }
    return RetrieveRequest.model_validate(
        {"ticket": ticket, "category": "shipping", "language": "en", "min_similarity": 0.5}
    )


async def _measure(
    service: RetrieveService, embedder: LocalEmbedder, calls: int
) -> dict[str, float]:
    source = random.Random(2)  # noqa: S311
    whole, embedding = [], []
    for number in range(calls):
        text = " ".join(_question(source) for _ in range(3))
        begin = time.perf_counter()
        await service.retrieve(_request(number, text))
        whole.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        await embedder.embed([text])
        embedding.append(time.perf_counter() - begin)
    return {**_percentiles("retrieve", whole), **_percentiles("embedding_alone", embedding)}


def _percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    milliseconds = 1000 * np.array(seconds[min(10, len(seconds) // 4) :])
    return {
        f"{name}_p50_ms": round(float(np.percentile(milliseconds, 50)), 1),
        f"{name}_p95_ms": round(float(np.percentile(milliseconds, 95)), 1),
    }


async def run(url: str, corrections: int, parts: int, calls: int) -> dict[str, object]:
    """Fill the database at `url` and measure."""
    database = Database(DatabaseSettings.model_validate({"database_url": url}))
    embedder = LocalEmbedder()
    store = RetrieveStore(database, embedder.name, embedder.dimensions)
    service = RetrieveService(store, embedder)
    source = random.Random(0)  # noqa: S311
    stored = 0
    for number in range(parts):
        if stored >= parts:
            break
        stored += (await service.put_document(f"a{number}", _article(number, source))).parts
    await _fill_corrections(database, embedder, corrections)
    async with database.connection() as connection:
        await connection.execute("analyze")
    figures = await _measure(service, embedder, calls)
    await database.close()
    load = round(os.getloadavg()[0], 1)
    return {"corrections": corrections, "parts": stored, "calls": calls, **figures, "load": load}


def main() -> None:
    """Read the sizes from the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.retrieve")
    parser.add_argument("--corrections", type=int, default=10_000)
    parser.add_argument("--parts", type=int, default=500)
    parser.add_argument("--calls", type=int, default=200)
    given = parser.parse_args()
    with throwaway_postgres() as server:
        server.ensure_database("bench")
        url = server.url("bench")
        apply(url)
        print(json.dumps(asyncio.run(run(url, given.corrections, given.parts, given.calls))))


if __name__ == "__main__":
    main()
