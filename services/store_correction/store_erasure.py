"""SQL that deletes corrections for good: texts, vectors and the history of their changes."""

from collections.abc import Sequence
from typing import Any

_CONTAINS = """exists (
    select from unnest($2::text[]) as word where position(lower(word) in lower({})) > 0
)"""
_TEXTS = "concat_ws(' ', ticket_text, ai_draft, human_resolution, summary)"

_FIND = f"""
select id::text, category from support_corrections
where ticket_id = any ($1) or {_CONTAINS.format(_TEXTS)}
order by id
"""  # noqa: S608 (only expressions of this module)

_DELETE_USES = "delete from correction_uses where ticket_id = any ($1)"
_DELETE = "delete from support_corrections where id = any ($1::text[]::uuid[])"

# also of corrections that are gone already, and of others that once held one of the words
_DELETE_CHANGES = f"""
delete from correction_changes
where correction_id = any ($3::text[]::uuid[])
    or changes #>> '{{ticket_id,old}}' = any ($1) or changes #>> '{{ticket_id,new}}' = any ($1)
    or {_CONTAINS.format("changes::text")}
"""  # noqa: S608 (only expressions of this module)


async def find(
    connection: Any, ticket_ids: Sequence[str], words: Sequence[str]
) -> list[tuple[str, str]]:
    """Return id and category of the corrections of these tickets, and of those with a word."""
    rows = await connection.fetch(_FIND, list(ticket_ids), list(words))
    return [(row["id"], row["category"]) for row in rows]


async def delete(
    connection: Any, ticket_ids: Sequence[str], words: Sequence[str], ids: Sequence[str]
) -> None:
    """Delete corrections with their vectors, and the history of their changes."""
    await connection.execute(_DELETE_USES, list(ticket_ids))
    await connection.execute(_DELETE, list(ids))
    await connection.execute(_DELETE_CHANGES, list(ticket_ids), list(words), list(ids))
