"""Path and query parameters of the ledger's calls, checked before they reach the database."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime

from services.contracts import Problem


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("contains a character that cannot be stored")
    return text


def plausible(moment: datetime) -> datetime:
    """Return a moment as UTC; raises `ValueError` outside the years 1970 to 2200."""
    if not 1970 < moment.year < 2200:
        raise ValueError("must lie between 1971 and 2199")
    return moment.astimezone(UTC)


_LARGEST_ID = 2**63 - 1

TicketId = Annotated[
    str,
    Path(min_length=1, max_length=200, description="<source>:<external id>, percent-encoded"),
    AfterValidator(_storable),
]
ExecutionId = Annotated[str, Path(min_length=1, max_length=200), AfterValidator(_storable)]
ReviewId = Annotated[int, Path(ge=1, le=_LARGEST_ID)]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=10_000_000)]
Moment = Annotated[AwareDatetime, AfterValidator(plausible)]
Source = Annotated[
    str,
    Query(max_length=200, description="A helpdesk, as in ticket ids."),
    AfterValidator(_storable),
]
Category = Annotated[str, Query(max_length=200), AfterValidator(_storable)]
Language = Annotated[
    str,
    Query(pattern=r"^[a-z]{2,8}$", description="A primary language tag: `pt` counts `pt-BR`, too."),
]


def problems(**descriptions: str) -> dict[int | str, dict[str, Any]]:
    """Describe error answers for the API's documentation: `problems(_404="No such ticket")`."""
    schema = Problem.model_json_schema()
    return {
        int(status.lstrip("_")): {
            "description": description,
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status, description in descriptions.items()
    }
