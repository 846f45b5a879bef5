"""Judges tickets by the active answer model, and finds the corrections that give its answer."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import structlog

from services.contracts import LearnedAnswer, RetrieveRequest
from services.retrieve.answer_store import AnswerStore
from services.retrieve.answers.artefact import Shelf, from_bytes
from services.retrieve.languages import in_language
from services.retrieve.settings import RetrieveSettings
from services.retrieve.store import Vector

logger = structlog.get_logger(__name__)

Row = Mapping[str, Any]
Found = tuple[list[Row], LearnedAnswer | None]


class AnswerFinder:
    """The active version, loaded once per process and looked after from time to time."""

    def __init__(
        self, store: AnswerStore, embedding_model: str, settings: RetrieveSettings
    ) -> None:
        self._store = store
        self._embedding_model = embedding_model
        self._refresh_seconds = settings.answer_model_refresh_seconds
        self._looked_at = float("-inf")
        self._version: int | None = None
        self._used: tuple[int, Shelf] | None = None
        self._loading = asyncio.Lock()

    async def find(
        self,
        request: RetrieveRequest,
        text: str,
        vector: Vector,
        near: Sequence[Row],
        language: str | None = None,
    ) -> Found:
        """Return the corrections of the learned answer; the `near` ones where no model is used.

        `near` also stand where the model cannot know the nearest one's answer, because it is newer
        or was given only once, and, with the little probability that is left to them, where nothing
        that gives the learned answer is near.
        """
        used = await self._current()
        if used is None:
            return list(near), None
        version, shelf = used
        allowed = shelf.allowed(request.category)
        if not allowed.any() or (near and not shelf.knows_answer_of(near[0]["id"])):
            return list(near), None
        judged = await asyncio.to_thread(
            shelf.model.judge, [text], np.asarray([vector], dtype=np.float32), allowed
        )
        probability = float(judged.probability[0])
        rows = await self._store.of_answer(
            shelf.ids(int(judged.best[0])),
            vector,
            request.category,
            request.corrections,
            request.min_similarity,
            language,
        )
        rows = in_language(rows, language)
        if not rows:
            rows, probability = list(near), min(0.5, 1 - probability)
        if not rows:
            return [], None
        ids = [row["id"] for row in rows]
        return rows, LearnedAnswer(correction_ids=ids, probability=probability, version=version)

    async def _current(self) -> tuple[int, Shelf] | None:
        """The version in use; while another one is loaded, the former one."""
        if time.monotonic() - self._looked_at >= self._refresh_seconds:
            async with self._loading:
                if time.monotonic() - self._looked_at >= self._refresh_seconds:
                    await self._look()
        return self._used

    async def _look(self) -> None:
        active = await self._store.active()
        self._looked_at = time.monotonic()
        version = active[0] if active else None
        if version != self._version:
            # noted only when it was loaded: a database that goes away meanwhile is asked again
            self._used = await self._loaded(*active) if active else None
            self._version = version

    async def _loaded(self, version: int, embedding_model: str) -> tuple[int, Shelf] | None:
        if embedding_model != self._embedding_model:
            logger.warning(
                "answer_model_of_other_embeddings",
                version=version,
                model=embedding_model,
                configured=self._embedding_model,
            )
            return None
        stored = await self._store.artefact(version)
        if stored is None:
            return None
        try:
            shelf = await asyncio.to_thread(from_bytes, stored)
        except ValueError as error:
            logger.warning("answer_model_unreadable", version=version, reason=str(error))
            return None
        logger.info("answer_model_loaded", version=version)
        return version, shelf
