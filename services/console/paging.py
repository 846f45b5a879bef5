"""Which page of a list is shown."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Listed(Protocol):
    """One page of a list, as the services answer it."""

    total: int


Found = TypeVar("Found", bound=Listed)


@dataclass(frozen=True)
class Page(Generic[Found]):
    """The page that is shown: its number, counted from 1, and what is on it."""

    number: int
    found: Found


async def shown_page(
    fetch: Callable[[int, int], Awaitable[Found]], number: int, size: int
) -> Page[Found]:
    """Return the page of that number, or the last one where the list ends before it.

    `fetch` takes limit and offset. A list gets shorter while somebody looks at its last page.
    """
    found = await fetch(size, (number - 1) * size)
    last = max(1, -(-found.total // size))
    if number <= last:
        return Page(number, found)
    return Page(last, await fetch(size, (last - 1) * size))
