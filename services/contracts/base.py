"""What every contract body has in common: strict fields and clean text."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

_DEEPEST = 200
"""Lists and objects within each other; what writes JSON gives up at about 250."""


def _refuse_unstorable(value: Any, depth: int = 0) -> None:
    """Refuse what PostgreSQL or UTF-8 cannot hold, anywhere inside a JSON value."""
    if depth > _DEEPEST:
        raise ValueError(f"is nested more than {_DEEPEST} deep")
    match value:
        case str():
            if "\x00" in value:
                raise ValueError("contains a NUL character; remove it")
            if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
                raise ValueError("contains half a surrogate pair; send valid Unicode text")
        case dict():
            for key, item in value.items():
                _refuse_unstorable(key)
                _refuse_unstorable(item, depth + 1)
        case list() | tuple():
            for item in value:
                _refuse_unstorable(item, depth + 1)


class Contract(BaseModel):
    """Base of all bodies: unknown fields, NUL and broken Unicode are refused (422)."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _clean(cls, value: Any) -> Any:
        _refuse_unstorable(value)
        return value


Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\s]")
]
"""A non-empty id of at most 200 characters."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Milliseconds = Annotated[int, Field(ge=0)]
