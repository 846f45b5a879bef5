"""One page of a list, and how long the whole list is."""

from typing import Any


async def fetch_page(
    connection: Any, query: str, *arguments: Any, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Return the page's rows, and how many there are in all, also where the page is empty.

    `query` has a column `total`, and takes limit and offset as its last two arguments.
    """
    rows = await connection.fetch(query, *arguments, limit, offset)
    if not rows and offset:
        first = await connection.fetchrow(query, *arguments, 1, 0)
        return [], first["total"] if first else 0
    total = rows[0]["total"] if rows else 0
    return [{name: value for name, value in row.items() if name != "total"} for row in rows], total
