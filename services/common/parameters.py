"""Path and query parameters with the same rules as the fields of a body."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, StringConstraints


def _storable(value: str) -> str:
    if "\x00" in value:
        raise ValueError("contains a NUL character; remove it")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("contains half a surrogate pair; send valid Unicode text")
    return value


StorableText = Annotated[str, AfterValidator(_storable)]
"""A text that PostgreSQL can hold."""

IdInPath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\s]"),
    AfterValidator(_storable),
    Path(description="At most 200 characters."),
]
"""An `Identifier` that stands in a URL."""
