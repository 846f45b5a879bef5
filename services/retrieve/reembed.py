"""Embed all help documents and corrections for the configured model: run it after changing models.

`python -m services.retrieve.reembed`; stop and repeat it as often as you like. The services go on
answering from the former model's vectors until all new ones are there.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.common.database import Database
from services.common.embeddings import Embedder, EmbeddingSettings, create_embedder
from services.common.errors import Unavailable
from services.common.settings import DatabaseSettings
from services.common.ticket_text import clean_message
from services.retrieve.reembed_store import CorrectionToEmbed, PartToEmbed, ReembedStore

BATCH = 32
_CHARACTERS = 4_000


class Reembedding:
    """Embeds what lacks a vector of the embedder's model, then switches over."""

    def __init__(self, store: ReembedStore, embedder: Embedder) -> None:
        self._store = store
        self._embedder = embedder

    async def run(self, advance: Callable[[int], object] = lambda _: None) -> tuple[int, int]:
        """Return how many parts and corrections were embedded; `advance` is told of each batch."""
        await self._store.prepare()
        parts = corrections = 0
        while batch := await self._store.parts(BATCH):
            await self._embed_parts(batch)
            parts += len(batch)
            advance(len(batch))
        while found := await self._store.corrections(BATCH):
            await self._embed_corrections(found)
            corrections += len(found)
            advance(len(found))
        await self._store.switch()
        return parts, corrections

    async def _embed_parts(self, parts: Sequence[PartToEmbed]) -> None:
        vectors = iter(await self._embedder.embed([w for part in parts for w in part.windows]))
        for part in parts:
            await self._store.put_part(part, [next(vectors) for _ in part.windows])

    async def _embed_corrections(self, corrections: Sequence[CorrectionToEmbed]) -> None:
        texts = [
            clean_message(text)[:_CHARACTERS]
            for correction in corrections
            for text in (correction.ticket_text, correction.human_resolution)
        ]
        vectors = iter(await self._embedder.embed(texts))
        for correction in corrections:
            await self._store.put_correction(correction, next(vectors), next(vectors))


async def reembed(*, forget: bool) -> int:
    """Run the command with the settings of the environment; returns the exit code."""
    database = Database(DatabaseSettings())
    embedder = create_embedder(EmbeddingSettings())
    store = ReembedStore(database, embedder.name, embedder.dimensions)
    try:
        total = sum(await store.count())
        print(f"{total} texts to embed with {embedder.name}")
        with _bar() as bar:
            task = bar.add_task("embedding", total=total)
            await Reembedding(store, embedder).run(lambda count: bar.advance(task, count))
        if forget:
            print(f"forgot {await store.forget_other_models()} vectors of other models")
        print(
            f"done: restart retrieve and store_correction with {embedder.name}, "
            "then run this once more for what was stored meanwhile"
        )
    except Unavailable as error:
        print(f"stopped: {error} Run it again; what is done stays done.", file=sys.stderr)
        return 1
    finally:
        await embedder.close()
        await database.close()
    return 0


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn())


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m services.retrieve.reembed")
    parser.add_argument(
        "--forget", action="store_true", help="afterwards delete the vectors of all other models"
    )
    return asyncio.run(reembed(forget=parser.parse_args(arguments).forget))


if __name__ == "__main__":
    sys.exit(main())
