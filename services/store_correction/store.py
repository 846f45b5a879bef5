"""All SQL of the store_correction service: corrections, how they relate, and who changed them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.database import Database
from services.contracts import Quality
from services.store_correction import store_erasure
from services.store_correction.comparison import Comparable, Neighbour
from services.store_correction.shown import BY_CONTENT, COUNT, LIST, ONE

Vector = Sequence[float]
Row = Mapping[str, Any]

_INSERT = """
insert into support_corrections (
    ticket_id, ticket_text, ai_draft, human_resolution, summary, category, agent_id, verdict,
    quality, withheld, embedding_model, embedding, resolution_embedding, content_hash, language)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::halfvec, $13::text::halfvec, $14,
    $15)
on conflict do nothing
returning id::text
"""

_COMPARABLE = """
select id::text, ticket_text as question, human_resolution as resolution, resolved_at
from support_corrections
where id = $1::text::uuid and active and verdict <> 'rejected' and stale_since is null
"""

_NEIGHBOURS = """
with this as materialized (
    select * from support_corrections
    where id = $1::text::uuid and embedding_model = {model} and resolution_embedding is not null
)
select c.id::text, c.ticket_text as question, c.human_resolution as resolution, c.resolved_at,
    c.similarity as question_similarity,
    1 - (c.resolution_embedding::halfvec({n}) <=> this.resolution_embedding::halfvec({n}))
        as resolution_similarity
from this, lateral (
    select *, 1 - (other.embedding::halfvec({n}) <=> this.embedding::halfvec({n})) as similarity
    from support_corrections other
    where other.evidence and other.embedding_model = {model}
        and other.category = this.category and other.id <> this.id
        and (other.language = this.language or other.language is null or this.language is null
            or 'und' in (other.language, this.language))
        and other.resolution_embedding is not null
    order by other.embedding::halfvec({n}) <=> this.embedding::halfvec({n})
    limit 20
) c
order by c.similarity desc
"""

_RELEASE = """
update support_corrections set duplicate_of = null, superseded_by = null, updated_at = now()
where id = $1::text::uuid or duplicate_of = $1::text::uuid or superseded_by = $1::text::uuid
returning id::text, resolved_at
"""

_CHANGES = """
select changed_at, changed_by, action, changes::text from correction_changes
where correction_id = $1::text::uuid order by id desc limit 200
"""


@dataclass(frozen=True)
class NewCorrection:
    """A correction as it is stored first; the vectors are of the configured model."""

    ticket_id: str
    ticket_text: str
    ai_draft: str
    human_resolution: str
    summary: str
    category: str
    agent_id: str
    verdict: str
    quality: Sequence[Quality]
    withheld: bool
    embedding: Vector | None
    resolution_embedding: Vector | None
    content_hash: str
    language: str


@dataclass(frozen=True)
class Filters:
    """What a list is restricted to; None means: not."""

    category: str | None = None
    active: bool | None = None
    ticket_id: str | None = None
    quality: Quality | None = None
    text: str | None = None
    needs_review: bool | None = None
    duplicate_of: UUID | None = None


def vector_literal(vector: Vector) -> str:
    """Write a vector as pgvector reads it, whichever schema the extension is in."""
    return "[" + ",".join(format(value, ".6g") for value in vector) + "]"


class CorrectionStore:
    """The correction store; raises `DatabaseUnavailable` when PostgreSQL is away."""

    def __init__(self, database: Database, model: str, dimensions: int) -> None:
        self._database = database
        self._model = model
        self._dimensions = dimensions

    async def check(self) -> None:
        """Raise unless the database answers and holds the tables."""
        async with self._database.connection() as connection:
            await connection.execute("select from support_corrections limit 0")

    @asynccontextmanager
    async def changing(
        self, categories: Sequence[str], agent_id: str | None
    ) -> AsyncIterator["Changes"]:
        """Make several changes as one, alone in these categories; the audit names `agent_id`."""
        async with self._database.connection() as connection:
            await connection.execute(
                "select set_config('deskloop.agent', $1, true)", agent_id or ""
            )
            for category in sorted(set(categories)):
                await connection.execute(
                    "select pg_advisory_xact_lock(hashtextextended($1, 1))", category
                )
            yield Changes(connection, self._model, self._dimensions)

    async def known_categories(self) -> list[str]:
        """Return the categories that have a policy; none where there is no policy table."""
        async with self._database.connection() as connection:
            if await connection.fetchval("select to_regclass('category_policies')") is None:
                return []
            rows = await connection.fetch("select category from category_policies order by 1")
        return [row["category"] for row in rows]

    async def by_content(self, ticket_id: str, agent_id: str, content_hash: str) -> Row | None:
        """Return the correction that was first sent with this content."""
        async with self._database.connection() as connection:
            row: Row | None = await connection.fetchrow(
                BY_CONTENT, ticket_id, agent_id, content_hash
            )
        return row and _parsed(row)

    async def get(self, correction_id: UUID) -> Row | None:
        """Return one correction."""
        async with self._database.connection() as connection:
            row: Row | None = await connection.fetchrow(f"{ONE} where c.id = $1", correction_id)
        return row and _parsed(row)

    async def list_corrections(
        self, filters: Filters, unused_days: int, limit: int, offset: int
    ) -> tuple[list[Row], int]:
        """Return one page, newest first, and how many there are in all."""
        text = filters.text and f"%{_escaped(filters.text)}%"
        asked = (filters.category, filters.active, filters.ticket_id, filters.quality, text)
        values = (*asked, filters.needs_review, filters.duplicate_of, unused_days)
        async with self._database.connection() as connection:
            rows = await connection.fetch(LIST, *values, limit, offset)
            total = await connection.fetchval(COUNT, *values)
        return [_parsed(row) for row in rows], total

    async def categories_of(self, correction_ids: Sequence[str]) -> list[str]:
        """Return the categories of those of these ids that are corrections."""
        query = (
            "select distinct category from support_corrections where id = any ($1::text[]::uuid[])"
        )
        async with self._database.connection() as connection:
            return [row["category"] for row in await connection.fetch(query, correction_ids)]

    async def changes(self, correction_id: UUID) -> list[Row]:
        """Return who changed what of a correction, newest first, at most 200."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_CHANGES, str(correction_id))
        return [{**row, "changes": json.loads(row["changes"])} for row in rows]

    async def published(self, pieces: Sequence[str]) -> set[str]:
        """Return which of `pieces` stand in a help article: the company's own, not a customer's."""
        query = """
            select piece from unnest($1::text[]) as pieces (piece) where exists (
                select from help_parts where position(lower(piece) in lower(text)) > 0)
        """
        async with self._database.connection() as connection:
            return {row["piece"] for row in await connection.fetch(query, list(pieces))}

    async def without_language(self, limit: int) -> list[Row]:
        """Return corrections of which nobody has told the language yet."""
        query = (
            "select id::text, ticket_text, human_resolution from support_corrections "
            "where language is null limit $1"
        )
        async with self._database.connection() as connection:
            rows: list[Row] = await connection.fetch(query, limit)
        return rows

    async def set_languages(self, languages: Mapping[str, str]) -> None:
        """Note the languages of these corrections, where nobody else has meanwhile."""
        query = (
            "update support_corrections c set language = told.language "
            "from unnest($1::text[], $2::text[]) told (id, language) "
            "where c.id = told.id::uuid and c.language is null"
        )
        async with self._database.connection() as connection:
            await connection.execute(query, list(languages), list(languages.values()))


class Changes:
    """One transaction on the correction store."""

    def __init__(self, connection: Any, model: str, dimensions: int) -> None:
        self.connection = connection
        self._model = model
        self._dimensions = dimensions

    async def insert(self, new: NewCorrection) -> str | None:
        """Store a correction and return its id; None where the same one is there already."""
        inserted: str | None = await self.connection.fetchval(
            _INSERT,
            new.ticket_id,
            new.ticket_text,
            new.ai_draft,
            new.human_resolution,
            new.summary,
            new.category,
            new.agent_id,
            new.verdict,
            list(new.quality),
            new.withheld,
            self._model if new.embedding else None,
            new.embedding and vector_literal(new.embedding),
            new.resolution_embedding and vector_literal(new.resolution_embedding),
            new.content_hash,
            new.language,
        )
        return inserted

    async def deactivate(self, correction_id: str, because: str | None = None) -> None:
        """Let it be no evidence any more; `because` is overruled, never_right, or null."""
        await self._update(correction_id, "active = false, inactive_because = $2", because)

    async def restore(self, correction_id: str) -> None:
        """Let it be evidence again; what spoke against it before does not count any more."""
        await self._update(
            correction_id, "active = true, inactive_because = null, vouched_at = now()"
        )

    async def vouch(self, correction_id: str) -> None:
        """Note that a human says it holds."""
        await self._update(correction_id, "vouched_at = now()")

    async def set_category(self, correction_id: str, category: str) -> None:
        """Move it to another category."""
        await self._update(correction_id, "category = $2", category)

    async def resolution(self, correction_id: str) -> str | None:
        """Return what the human said, None where it is deleted; it stays so until this ends."""
        said: str | None = await self.connection.fetchval(
            "select human_resolution from support_corrections where id = $1::text::uuid for update",
            correction_id,
        )
        return said

    async def set_resolution(
        self,
        correction_id: str,
        resolution: str,
        summary: str,
        quality: Sequence[Quality],
        withheld: bool,
        vector: Vector,
        language: str,
        question: Vector,
    ) -> None:
        """Replace what the human said; from now on it counts as written now.

        Whoever answers a question whose draft was only rejected teaches: it becomes evidence, so
        that its `question`, which nobody had to find, is embedded now.
        """
        await self._update(
            correction_id,
            "human_resolution = $2, summary = $3, quality = $4, withheld = $5, "
            "resolution_embedding = $6::text::halfvec, language = $7, resolved_at = now(), "
            "vouched_at = now(), "
            "verdict = case verdict when 'rejected' then 'taught' else verdict end, "
            "embedding_model = coalesce(embedding_model, $8), "
            "embedding = coalesce(embedding, $9::text::halfvec)",
            resolution,
            summary,
            list(quality),
            withheld,
            vector_literal(vector),
            language,
            self._model,
            vector_literal(question),
        )

    async def _update(self, correction_id: str, assignments: str, *values: Any) -> None:
        await self.connection.execute(
            f"update support_corrections set {assignments}, updated_at = now() "  # noqa: S608
            "where id = $1::text::uuid",
            correction_id,
            *values,
        )

    async def release(self, correction_id: str) -> list[str]:
        """Cut its relations to others; return whose relations are to be looked at anew, by age."""
        rows = await self.connection.fetch(_RELEASE, correction_id)
        return [row["id"] for row in sorted(rows, key=lambda row: row["resolved_at"])]

    async def delete_for_good(
        self, ticket_ids: Sequence[str], words: Sequence[str], correction_ids: Sequence[str]
    ) -> None:
        """Delete corrections, and the history of what was changed of them."""
        await store_erasure.delete(self.connection, ticket_ids, words, correction_ids)

    async def comparable(self, correction_id: str) -> Comparable | None:
        """Return what is compared of a correction; None where it is inactive or rejected."""
        row = await self.connection.fetchrow(_COMPARABLE, correction_id)
        return row and Comparable(**row)

    async def neighbours(self, correction_id: str) -> list[Neighbour]:
        """Return the nearest questions in its category that are evidence, nearest first."""
        model = await self.connection.fetchval("select quote_literal($1::text)", self._model)
        query = _NEIGHBOURS.format(n=self._dimensions, model=model)
        return [Neighbour(**row) for row in await self.connection.fetch(query, correction_id)]

    async def mark_duplicate(self, correction_id: str, original_id: str) -> None:
        """Record that it says the same as another one."""
        await self._update(correction_id, "duplicate_of = $2::text::uuid", original_id)

    async def mark_superseded(self, correction_id: str, newer_id: str) -> None:
        """Record that a newer one contradicts it."""
        await self._update(correction_id, "superseded_by = $2::text::uuid", newer_id)


def _parsed(row: Row) -> Row:
    return {**row, "uses": json.loads(row["uses"]), "sources": json.loads(row["sources"])}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
