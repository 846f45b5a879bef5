"""SQL of a correction's life: what it rests on, how humans used it, what reviewers decided."""

from collections.abc import Sequence
from typing import Any

_PARTS = """
select document_id, part, text_hash, text from help_parts
where document_id = any ($1) order by document_id, part
"""

_KEEP_SOURCE = """
insert into correction_sources (correction_id, document_id, text_hash, part, quote)
values ($1::text::uuid, $2, $3, $4, $5)
on conflict do nothing
"""

_INHERIT_SOURCES = """
insert into correction_sources (correction_id, document_id, text_hash, part, quote)
select $1::text::uuid, document_id, text_hash, part, quote from correction_sources
where correction_id = any ($2::text[]::uuid[]) and correction_id <> $1::text::uuid
on conflict do nothing
"""

_LOST_SOURCES = """
delete from correction_sources s
where s.correction_id = $1::text::uuid and not exists (
    select from help_parts p where p.document_id = s.document_id and p.text_hash = s.text_hash)
returning s.document_id, s.part, s.quote
"""

_RECORD_USES = """
insert into correction_uses (correction_id, ticket_id, verdict)
select id, $2, $3 from support_corrections where id = any ($1::text[]::uuid[]) and ticket_id <> $2
on conflict (correction_id, ticket_id) do update set verdict = excluded.verdict, used_at = now()
where correction_uses.verdict not in ('approved', excluded.verdict)
"""

# A duplicate that counts is a human who said the same on another ticket.
_NEVER_RIGHT = """
select c.id::text from support_corrections c cross join lateral correction_use_counts(c.id) used
where c.id = any ($1::text[]::uuid[]) and c.active
    and used.approved = 0 and used.edited + used.rejected >= $2
    and not exists (select from support_corrections d where d.duplicate_of = c.id and d.active)
order by c.id
"""

_OPPONENTS = """
select other.id::text from support_corrections this
join support_corrections other
    on other.id = this.superseded_by or other.superseded_by = this.id
where this.id = $1::text::uuid and other.active
order by other.id
"""

_KEEP_APART = """
insert into correction_pairs_kept (one, other, decided_by)
select least($1::text::uuid, id), greatest($1::text::uuid, id), $3
from unnest($2::text[]::uuid[]) as others (id)
on conflict do nothing
"""

_KEPT_APART = """
select case when one = $1::text::uuid then other else one end::text as id
from correction_pairs_kept where $1::text::uuid in (one, other)
"""

_NOTE_DECISION = """
insert into correction_changes (correction_id, changed_by, action, changes)
select id, $2, 'update', jsonb_build_object('decision', jsonb_build_object('old',
    jsonb_build_object('contradicts', $3::text[], 'stale_since', stale_since), 'new', $4::text))
from support_corrections where id = $1::text::uuid
"""


async def parts_of(connection: Any, documents: Sequence[str]) -> dict[str, list[Any]]:
    """Return the sections of these help articles, in order; nothing for what is unknown."""
    found: dict[str, list[Any]] = {}
    for row in await connection.fetch(_PARTS, documents):
        found.setdefault(row["document_id"], []).append(row)
    return found


async def keep_source(
    connection: Any, correction_id: str, document_id: str, text_hash: str, part: int, quote: str
) -> None:
    """Note that a correction rests on a section with this text."""
    await connection.execute(_KEEP_SOURCE, correction_id, document_id, text_hash, part, quote)


async def inherit_sources(connection: Any, correction_id: str, cited: Sequence[str]) -> None:
    """Let a correction rest on what the corrections it was drafted from rest on."""
    await connection.execute(_INHERIT_SOURCES, correction_id, cited)


async def take_lost_sources(connection: Any, correction_id: str) -> list[Any]:
    """Forget the sources that read differently now; returns where they were and what they said."""
    rows: list[Any] = await connection.fetch(_LOST_SOURCES, correction_id)
    return rows


async def refresh_staleness(connection: Any, correction_id: str) -> None:
    """Mark it stale, or not, by what its sources say now."""
    await connection.execute("select refresh_staleness(array[$1::text::uuid])", correction_id)


async def is_stale(connection: Any, correction_id: str) -> bool:
    """Whether an active correction rests on something that reads differently now."""
    query = """
        select stale_since is not null and active and verdict <> 'rejected'
        from support_corrections where id = $1::text::uuid
    """
    return bool(await connection.fetchval(query, correction_id))


async def record_uses(connection: Any, cited: Sequence[str], ticket_id: str, verdict: str) -> None:
    """Note what a human did with a draft that cited these; once for each ticket.

    An approval outweighs other verdicts on the same ticket. A correction is not its own witness.
    """
    await connection.execute(_RECORD_USES, cited, ticket_id, verdict)


async def never_right(connection: Any, cited: Sequence[str], uses: int) -> list[str]:
    """Return which of these were refused on `uses` tickets and are backed by nobody."""
    return [row["id"] for row in await connection.fetch(_NEVER_RIGHT, cited, uses)]


async def opponents(connection: Any, correction_id: str) -> list[str]:
    """Return the active corrections that contradict this one."""
    return [row["id"] for row in await connection.fetch(_OPPONENTS, correction_id)]


async def duplicates_of(connection: Any, correction_ids: Sequence[str]) -> list[str]:
    """Return the active corrections that say the same as one of these."""
    query = (
        "select id::text from support_corrections where duplicate_of::text = any ($1) and active"
    )
    return [row["id"] for row in await connection.fetch(query, correction_ids)]


async def keep_apart(
    connection: Any, correction_id: str, others: Sequence[str], agent_id: str
) -> None:
    """Remember that this one and the others are all right, so that nobody is asked again."""
    await connection.execute(_KEEP_APART, correction_id, others, agent_id)


async def kept_apart(connection: Any, correction_id: str) -> set[str]:
    """Return the corrections that a reviewer found right beside this one."""
    return {row["id"] for row in await connection.fetch(_KEPT_APART, correction_id)}


async def forget_kept_apart(connection: Any, correction_id: str) -> None:
    """Forget such decisions, because the text they were about is another now."""
    query = "delete from correction_pairs_kept where $1::text::uuid in (one, other)"
    await connection.execute(query, correction_id)


async def note_decision(
    connection: Any, correction_id: str, agent_id: str, others: Sequence[str], decision: str
) -> None:
    """Write a reviewer's decision into the correction's history."""
    await connection.execute(_NOTE_DECISION, correction_id, agent_id, others, decision)


async def act_as(connection: Any, agent_id: str) -> str:
    """Name who makes the following changes of this transaction; returns who did before."""
    before: str = await connection.fetchval("select current_setting('deskloop.agent', true)")
    await connection.execute("select set_config('deskloop.agent', $1, true)", agent_id)
    return before or ""
