"""SQL of the learned answer model: what it is fitted on, its versions, and which one is used."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from services.common.database import Database
from services.common.ticket_text import clean_message
from services.retrieve.answers.examples import Example
from services.retrieve.store import Vector, vector_literal

_CHARACTERS = 4_000

_EXAMPLES = """
select id::text, category, ticket_text, human_resolution, evidence,
    embedding::text as vector, resolution_embedding::text as resolution_vector
from (
    select * from support_corrections
    where active and verdict <> 'rejected' and embedding_model = $1
        and embedding is not null and resolution_embedding is not null
    order by resolved_at desc, id limit $2
) newest
order by resolved_at, id
"""

_MODELS_OF_CORRECTIONS = """
select embedding_model as name, count(*) as count from support_corrections
where active and verdict <> 'rejected' and embedding is not null group by 1
"""

_PUT = """
insert into answer_models (created_by, embedding_model, examples, answers, report, artefact)
values ($1, $2, $3, $4, $5::text::jsonb, $6) returning id
"""

_REPLAYS = """
insert into answer_replays (model_id, correction_id, category, probability, correct)
select $1, * from unnest($2::text[]::uuid[], $3::text[], $4::float8[], $5::boolean[])
"""

_ACTIVE = "select id, embedding_model from answer_models where active"

_LIST = """
select id, created_at, created_by, embedding_model, examples, answers, active, report::text
from answer_models order by id desc limit 100
"""

_FORGET_OLD = """
delete from answer_models where not active
    and id not in (select id from answer_models order by id desc limit $1)
"""

_OF_ANSWER = """
select id::text, summary, ticket_text, human_resolution, category, similarity from (
    select *, least(1, greatest(0,
        1 - (embedding::halfvec({n}) <=> $2::text::halfvec({n})))) as similarity
    from support_corrections
    where id = any ($1::text[]::uuid[]) and evidence and embedding_model = $3
        and ($4::text is null or category = $4)
        and ($7::text is null or language is null or language in ('und', $7))
) known
where similarity >= $5
order by similarity desc, resolved_at desc, id limit $6
"""


@dataclass(frozen=True)
class Replay:
    """How the model would have answered one correction's ticket."""

    correction_id: str
    category: str
    probability: float
    correct: bool


class AnswerStore:
    """Versions of the answer model; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database, model: str, dimensions: int) -> None:
        self._database = database
        self._model = model
        self._of_answer = _OF_ANSWER.format(n=dimensions)

    async def embedding_models(self) -> Mapping[str, int]:
        """How many corrections each embedding model has embedded."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_MODELS_OF_CORRECTIONS)
        return {row["name"]: row["count"] for row in rows}

    async def examples(self, limit: int) -> list[Example]:
        """Return the newest solved tickets, oldest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_EXAMPLES, self._model, limit)
        return [_example(row) for row in rows]

    async def put(
        self,
        by: str,
        counts: tuple[int, int],
        report: Mapping[str, Any],
        artefact: bytes,
        replays: Sequence[Replay],
        keep: int,
    ) -> int:
        """Store a model, make it the active one, forget all but the newest `keep`."""
        async with self._database.connection() as connection:
            await _in_turn(connection)
            model_id: int = await connection.fetchval(
                _PUT, by, self._model, *counts, json.dumps(report), artefact
            )
            await connection.execute(
                _REPLAYS,
                model_id,
                [replay.correction_id for replay in replays],
                [replay.category for replay in replays],
                [replay.probability for replay in replays],
                [replay.correct for replay in replays],
            )
            await self._activate(connection, model_id)
            await connection.execute(_FORGET_OLD, keep)
        return model_id

    async def activate(self, model_id: int | None) -> bool:
        """Use this version, or none at all; False where there is no such version."""
        async with self._database.connection() as connection:
            await _in_turn(connection)
            return await self._activate(connection, model_id)

    async def _activate(self, connection: Any, model_id: int | None) -> bool:
        exists = "select exists (select from answer_models where id = $1)"
        if model_id is not None and not await connection.fetchval(exists, model_id):
            return False
        await connection.execute("update answer_models set active = false where active")
        await connection.execute("update answer_models set active = true where id = $1", model_id)
        return True

    async def active(self) -> tuple[int, str] | None:
        """The active version's number and embedding model."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(_ACTIVE)
        return (row["id"], row["embedding_model"]) if row else None

    async def artefact(self, model_id: int) -> bytes | None:
        """The stored model."""
        async with self._database.connection() as connection:
            found: bytes | None = await connection.fetchval(
                "select artefact from answer_models where id = $1", model_id
            )
        return found

    async def versions(self) -> list[Mapping[str, Any]]:
        """The newest hundred versions, newest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LIST)
        return [{**row, "report": json.loads(row["report"])} for row in rows]

    async def of_answer(
        self,
        ids: Sequence[str],
        vector: Vector,
        category: str | None,
        limit: int,
        min_similarity: float,
        language: str | None = None,
    ) -> list[Mapping[str, Any]]:
        """Return those of `ids` that are evidence now, the ones nearest to `vector` first.

        None that is known to be in another `language`, a primary tag.
        """
        async with self._database.connection() as connection:
            rows: list[Mapping[str, Any]] = await connection.fetch(
                self._of_answer,
                list(ids),
                vector_literal(vector),
                self._model,
                category,
                min_similarity,
                limit,
                language,
            )
        return rows


async def _in_turn(connection: Any) -> None:
    await connection.execute("lock table answer_models in share row exclusive mode")


def _example(row: Mapping[str, Any]) -> Example:
    return Example(
        id=str(UUID(row["id"])),
        category=row["category"],
        question=clean_message(row["ticket_text"])[:_CHARACTERS],
        vector=_vector(row["vector"]),
        resolution=row["human_resolution"],
        resolution_vector=_vector(row["resolution_vector"]),
        quotable=row["evidence"],
    )


def _vector(written: str) -> Any:
    return np.array(written[1:-1].split(","), dtype=np.float32)
