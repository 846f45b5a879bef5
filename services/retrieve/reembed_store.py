"""SQL of the re-embedding command: what lacks vectors of the new model, and the switch to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.common.database import Database
from services.retrieve.store import Vector, vector_literal

_PARTS_LACKING = """
from help_parts p where not exists (
    select from help_vectors v where v.document_id = p.document_id
        and v.text_hash = p.text_hash and v.embedding_model = $1)
"""

_CORRECTIONS_LACKING = """
from support_corrections c
where c.human_resolution <> '' and (c.embedding_model is distinct from $1 or c.embedding is null
        or c.resolution_embedding is null)
    and not exists (
        select from correction_reembedding r where r.correction_id = c.id
            and r.embedding_model = $1 and r.text_hash = md5(c.ticket_text || c.human_resolution))
"""

_COUNT_PARTS = f"select count(*) {_PARTS_LACKING}"
_COUNT_CORRECTIONS = f"select count(*) {_CORRECTIONS_LACKING}"

_SOME_PARTS = f"""
select p.document_id, p.text_hash,
    case when p.windows = '{{}}' then array[p.text] else p.windows end as windows
{_PARTS_LACKING} limit $2
"""

_SOME_CORRECTIONS = f"""
select c.id, c.ticket_text, c.human_resolution {_CORRECTIONS_LACKING} limit $2
"""

_PUT_PART_VECTOR = """
insert into help_vectors (document_id, text_hash, embedding_model, window_number, embedding)
select $1, $2, $3, $4, $5::text::halfvec
where exists (select from help_documents where id = $1)
on conflict do nothing
"""

_PUT_CORRECTION = """
insert into correction_reembedding
    (correction_id, embedding_model, text_hash, embedding, resolution_embedding)
select $1, $2, $3, $4::text::halfvec, $5::text::halfvec
where exists (select from support_corrections where id = $1)
on conflict (correction_id, embedding_model) do update set
    text_hash = excluded.text_hash, embedding = excluded.embedding,
    resolution_embedding = excluded.resolution_embedding
"""

_SWITCH = """
with new as (delete from correction_reembedding where embedding_model = $1 returning *)
update support_corrections c
set embedding_model = $1, embedding = new.embedding,
    resolution_embedding = new.resolution_embedding
from new
where c.id = new.correction_id and new.text_hash = md5(c.ticket_text || c.human_resolution)
"""


@dataclass(frozen=True)
class PartToEmbed:
    """A part of a help document with the texts that are embedded of it."""

    document_id: str
    text_hash: str
    windows: Sequence[str]


@dataclass(frozen=True)
class CorrectionToEmbed:
    """A correction with the two texts that are embedded of it."""

    id: UUID
    ticket_text: str
    human_resolution: str


class ReembedStore:
    """Vectors of a new model, put beside those in use until all of them are there."""

    def __init__(self, database: Database, model: str, dimensions: int) -> None:
        self._database = database
        self._model = model
        self._dimensions = dimensions

    async def prepare(self) -> None:
        """Create the new model's indexes while they are empty, which takes no time."""
        async with self._database.connection() as connection:
            await connection.execute(
                "select index_embeddings($1, $2)", self._model, self._dimensions
            )

    async def count(self) -> tuple[int, int]:
        """Return how many parts and how many corrections still lack a vector."""
        async with self._database.connection() as connection:
            parts = await connection.fetchval(_COUNT_PARTS, self._model)
            corrections = await connection.fetchval(_COUNT_CORRECTIONS, self._model)
        return parts, corrections

    async def parts(self, limit: int) -> list[PartToEmbed]:
        """Return some parts that lack vectors."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SOME_PARTS, self._model, limit)
        return [PartToEmbed(**row) for row in rows]

    async def put_part(self, part: PartToEmbed, vectors: Sequence[Vector]) -> None:
        """Store a part's vectors; a part deleted meanwhile is passed over."""
        async with self._database.connection() as connection:
            await connection.executemany(
                _PUT_PART_VECTOR,
                [
                    (part.document_id, part.text_hash, self._model, n, vector_literal(vector))
                    for n, vector in enumerate(vectors)
                ],
            )

    async def corrections(self, limit: int) -> list[CorrectionToEmbed]:
        """Return some corrections that lack vectors."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_SOME_CORRECTIONS, self._model, limit)
        return [CorrectionToEmbed(**row) for row in rows]

    async def put_correction(
        self, correction: CorrectionToEmbed, question: Vector, resolution: Vector
    ) -> None:
        """Put a correction's vectors aside until the switch."""
        text = correction.ticket_text + correction.human_resolution
        async with self._database.connection() as connection:
            await connection.execute(
                _PUT_CORRECTION,
                correction.id,
                self._model,
                hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
                vector_literal(question),
                vector_literal(resolution),
            )

    async def switch(self) -> None:
        """Let all corrections be found by the new model from now on, in one transaction."""
        async with self._database.connection() as connection:
            await connection.execute(_SWITCH, self._model)

    async def forget_other_models(self) -> int:
        """Delete help document vectors of other models; return how many."""
        async with self._database.connection() as connection:
            done: str = await connection.execute(
                "delete from help_vectors where embedding_model <> $1", self._model
            )
            await connection.execute(
                "delete from correction_reembedding where embedding_model <> $1", self._model
            )
        return int(done.split()[-1])
