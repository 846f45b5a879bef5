"""Which turns a measure counts: those of a span, of one language or of all."""

from datetime import datetime
from typing import NamedTuple

LANGUAGE = "lower(split_part(t.language, '-', 1))"
"""The primary tag of turn `t`; null where nothing told its language."""


class Span(NamedTuple):
    """Turns registered in [since, until); `language` is a primary tag, None means all."""

    since: datetime
    until: datetime
    language: str | None = None


def of_language(number: int) -> str:
    """The condition that turn `t` is of the language in parameter `number`, or that it is null."""
    return f"(${number}::text is null or coalesce({LANGUAGE}, 'unknown') = ${number})"
