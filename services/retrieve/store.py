"""All SQL of the retrieve service: help documents, and the functions over the correction store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.common.database import Database
from services.contracts import HelpDocument
from services.retrieve.splitter import Part

Vector = Sequence[float]

_NEAREST_PARTS = """
with nearest as materialized (
    select document_id, text_hash, embedding::halfvec({n}) <=> $1::text::halfvec({n}) as distance
    from help_vectors
    where embedding_model = {model}
    order by embedding::halfvec({n}) <=> $1::text::halfvec({n})
    limit 4 * $2::int
)
select d.id as document_id, p.part, d.title, p.section, p.text, d.url, d.locale,
    1 - min(v.distance) as similarity
from nearest v
join help_parts p using (document_id, text_hash)
join help_documents d on d.id = p.document_id
group by d.id, p.document_id, p.part
order by min(v.distance), d.id, p.part
limit $2::int
"""

# Rare words count more than frequent ones (idf); PostgreSQL's own ranking does not know that.
_PARTS_BY_WORDS = """
with words as materialized (
    select lexeme from unnest(to_tsvector($2::text::regconfig, $1::text))
    union
    select lexeme from unnest(to_tsvector('simple', $1::text))
    where to_tsvector($2::text::regconfig, lexeme) <> ''
    limit 80
), terms as materialized (
    select ('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''')::tsquery as term
    from words
), weighted as materialized (
    select term, ln(1 + (total - found + 0.5) / (found + 0.5)) as idf
    from terms,
        lateral (select count(*)::float8 as found from help_parts where search @@ term) f,
        (select count(*)::float8 as total from help_parts) t
    where found > 0
), ranked as materialized (
    select p.document_id, p.part, sum(w.idf * ts_rank(p.search, w.term, 1)) as rank
    from weighted w join help_parts p on p.search @@ w.term
    group by p.document_id, p.part
    order by rank desc, p.document_id, p.part
    limit $4::int
)
select d.id as document_id, p.part, d.title, p.section, p.text, d.url, d.locale, (
    select 1 - min(v.embedding::halfvec({n}) <=> $3::text::halfvec({n}))
    from help_vectors v
    where v.document_id = p.document_id and v.text_hash = p.text_hash
        and v.embedding_model = {model}
) as similarity
from ranked r
join help_parts p using (document_id, part)
join help_documents d on d.id = p.document_id
order by r.rank desc, d.id, p.part
"""

_MATCH_CORRECTIONS = """
select id::text, summary, ticket_text, human_resolution, category, similarity
from match_corrections($1::text::halfvec, $2, $3, $4, $5, $6)
"""

_EMBEDDED_HASHES = """
select distinct text_hash from help_vectors
where document_id = $1 and embedding_model = $2 and text_hash = any ($3::text[])
"""

_PUT_DOCUMENT = """
insert into help_documents (id, title, url, category, locale)
values ($1, $2, $3, $4, $5)
on conflict (id) do update set
    title = excluded.title, url = excluded.url, category = excluded.category,
    locale = excluded.locale, updated_at = now()
"""

_PUT_PART = """
insert into help_parts (document_id, part, section, text, text_hash, windows, search)
values ($1, $2, $3, $4, $5, $8,
    setweight(to_tsvector($7::text::regconfig, $6), 'A')
    || setweight(to_tsvector($7::text::regconfig, $3), 'B')
    || to_tsvector($7::text::regconfig, $4)
    || setweight(to_tsvector('simple', $6), 'A')
    || setweight(to_tsvector('simple', $3), 'B')
    || to_tsvector('simple', $4))
"""

_PUT_VECTOR = """
insert into help_vectors (document_id, text_hash, embedding_model, window_number, embedding)
values ($1, $2, $3, $4, $5::text::halfvec)
on conflict do nothing
"""

_FORGET_VECTORS = """
delete from help_vectors v where v.document_id = $1
    and not exists (select from help_parts p
                    where p.document_id = $1 and p.text_hash = v.text_hash)
"""

_PARTS_WITHOUT_VECTOR = """
select count(*) from help_parts p where p.document_id = $1
    and not exists (select from help_vectors v
                    where v.document_id = $1 and v.text_hash = p.text_hash
                        and v.embedding_model = $2)
"""

_LIST_DOCUMENTS = """
select d.id, d.title, d.url, d.category, d.locale, d.updated_at,
    (select count(*) from help_parts p where p.document_id = d.id) as parts,
    coalesce(
        (select v.embedding_model from help_vectors v where v.document_id = d.id
         order by v.embedding_model = $1 desc, v.embedding_model limit 1), '') as embedding_model
from help_documents d
order by d.id
limit $2 offset $3
"""

_MODELS_IN_USE = """
select embedding_model, count(*) from (
    select embedding_model from help_vectors
    union all
    select embedding_model from support_corrections where embedding_model is not null
) as vectors
group by embedding_model
"""


@dataclass(frozen=True)
class Candidate:
    """A part that one of the searches found; `similarity` is the cosine, -1..1."""

    document_id: str
    part: int
    title: str
    section: str
    text: str
    url: str
    locale: str | None
    similarity: float

    @property
    def id(self) -> str:
        """`<document id>#<part>`."""
        return f"{self.document_id}#{self.part}"


def vector_literal(vector: Vector) -> str:
    """Write a vector as pgvector reads it.

    As text, because the type's own codec would have to know which schema the extension is in.
    """
    return "[" + ",".join(format(value, ".6g") for value in vector) + "]"


class RetrieveStore:
    """Help documents and corrections in PostgreSQL; raises `DatabaseUnavailable` when it is away.

    All vectors handed in and compared are of the one embedding `model` with `dimensions` numbers.
    """

    def __init__(self, database: Database, model: str, dimensions: int) -> None:
        self._database = database
        self._model = model
        self._dimensions = dimensions

    async def check(self) -> None:
        """Raise unless the database answers and holds the tables."""
        async with self._database.connection() as connection:
            await connection.execute("select from help_documents, support_corrections limit 0")

    async def languages(self) -> set[str]:
        """Return the primary language tags that help articles have; those without have none."""
        query = (
            "select distinct lower(split_part(replace(locale, '_', '-'), '-', 1)) as language "
            "from help_documents where locale is not null"
        )
        async with self._database.connection() as connection:
            return {row["language"] for row in await connection.fetch(query)}

    async def models_in_use(self) -> Mapping[str, int]:
        """Return how many stored vectors there are of each embedding model."""
        async with self._database.connection() as connection:
            return {row[0]: row[1] for row in await connection.fetch(_MODELS_IN_USE)}

    async def nearest_parts(self, vector: Vector, limit: int) -> list[Candidate]:
        """Return the parts nearest in meaning, best first."""
        async with self._database.connection() as connection:
            await connection.execute(
                "select set_config('hnsw.iterative_scan', 'relaxed_order', true), "
                "set_config('hnsw.ef_search', $1, true)",
                str(min(1000, 4 * limit)),
            )
            query = await self._for_model(connection, _NEAREST_PARTS)
            rows = await connection.fetch(query, vector_literal(vector), limit)
        return [Candidate(**row) for row in rows]

    async def parts_by_words(
        self, text: str, configuration: str, vector: Vector, limit: int
    ) -> list[Candidate]:
        """Return the parts that share the most telling words with `text`, best first."""
        async with self._database.connection() as connection:
            query = await self._for_model(connection, _PARTS_BY_WORDS)
            rows = await connection.fetch(query, text, configuration, vector_literal(vector), limit)
        return [Candidate(**row) for row in rows if row["similarity"] is not None]

    async def _for_model(self, connection: Any, query: str) -> str:
        # as literals: only so can the planner use the model's own partial index
        model = await connection.fetchval("select quote_literal($1::text)", self._model)
        return query.format(n=self._dimensions, model=model)

    async def match_corrections(
        self,
        vector: Vector,
        category: str | None,
        limit: int,
        min_similarity: float,
        language: str | None = None,
    ) -> list[Mapping[str, Any]]:
        """Return the corrections nearest to `vector` by the SQL function of that name.

        None that is known to be in another `language`, a primary tag.
        """
        async with self._database.connection() as connection:
            rows: list[Mapping[str, Any]] = await connection.fetch(
                _MATCH_CORRECTIONS,
                vector_literal(vector),
                category,
                limit,
                min_similarity,
                self._model,
                language,
            )
            return rows

    async def corrections_in_category(self, category: str) -> int:
        """Return how many corrections the category holds."""
        async with self._database.connection() as connection:
            count: int = await connection.fetchval("select corrections_in_category($1)", category)
            return count

    async def embedded_hashes(self, document_id: str, hashes: Sequence[str]) -> set[str]:
        """Return which of `hashes` the document has vectors for."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_EMBEDDED_HASHES, document_id, self._model, hashes)
        return {row["text_hash"] for row in rows}

    async def put_document(
        self,
        document_id: str,
        document: HelpDocument,
        parts: Sequence[Part],
        vectors: Mapping[str, Sequence[Vector]],
        configuration: str,
    ) -> int | None:
        """Store the document as it is now; `vectors` are by text hash.

        Returns how many of its former parts are gone, or None, with nothing changed, where a
        vector that was there a moment ago is missing now.
        """
        async with self._database.connection() as connection:
            await connection.execute(
                "select pg_advisory_xact_lock(hashtextextended($1, 0))", document_id
            )
            savepoint = connection.transaction()
            await savepoint.start()
            before = await self._hashes(connection, document_id)
            await self._write(connection, document_id, document, parts, vectors, configuration)
            if await connection.fetchval(_PARTS_WITHOUT_VECTOR, document_id, self._model):
                await savepoint.rollback()
                return None
            await savepoint.commit()
        return len(before - {part.text_hash for part in parts})

    async def _hashes(self, connection: Any, document_id: str) -> set[str]:
        query = "select text_hash from help_parts where document_id = $1"
        return {row["text_hash"] for row in await connection.fetch(query, document_id)}

    async def _write(
        self,
        connection: Any,
        document_id: str,
        document: HelpDocument,
        parts: Sequence[Part],
        vectors: Mapping[str, Sequence[Vector]],
        configuration: str,
    ) -> None:
        await connection.execute(
            _PUT_DOCUMENT,
            document_id,
            document.title,
            document.url,
            document.category,
            document.locale,
        )
        await connection.execute("delete from help_parts where document_id = $1", document_id)
        await connection.executemany(
            _PUT_PART,
            [
                (
                    document_id,
                    n,
                    p.section,
                    p.text,
                    p.text_hash,
                    document.title,
                    configuration,
                    p.windows,
                )
                for n, p in enumerate(parts, start=1)
            ],
        )
        await connection.executemany(
            _PUT_VECTOR,
            [
                (document_id, text_hash, self._model, number, vector_literal(vector))
                for text_hash, windows in vectors.items()
                for number, vector in enumerate(windows)
            ],
        )
        await connection.execute(_FORGET_VECTORS, document_id)

    async def delete_document(self, document_id: str) -> bool:
        """Delete the document with its parts; False where there was none."""
        async with self._database.connection() as connection:
            done: str = await connection.execute(
                "delete from help_documents where id = $1", document_id
            )
        return done != "DELETE 0"

    async def list_documents(self, limit: int, offset: int) -> tuple[list[Mapping[str, Any]], int]:
        """Return one page of the documents in the order of their ids, and how many there are."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LIST_DOCUMENTS, self._model, limit, offset)
            total = await connection.fetchval("select count(*) from help_documents")
        return rows, total
