"""Corrections: what humans taught the machine."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract, Identifier


class CorrectionVerdict(StrEnum):
    """What the human did with the draft."""

    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    TAUGHT = "taught"


class Quality(StrEnum):
    """What makes a correction doubtful."""

    TOO_SHORT = "too_short"
    PERSONAL_DATA = "personal_data"
    CONTRADICTS_NEWER = "contradicts_newer"


class StoreCorrectionRequest(Contract):
    """Body of `POST /corrections`."""

    ticket_id: Identifier
    ticket_text: str = Field(min_length=1)
    ai_draft: str = ""
    human_resolution: str = Field(min_length=1)
    category: Identifier
    agent_id: Identifier
    verdict: CorrectionVerdict


class CorrectionStored(Contract):
    """Answer of `POST /corrections`; `stored` is false for an exact repetition."""

    id: Identifier
    stored: bool
    duplicate_of: Identifier | None = None
    quality: list[Quality]


class StoredCorrection(Contract):
    """One row of the correction store."""

    id: Identifier
    ticket_id: Identifier
    ticket_text: str
    ai_draft: str
    human_resolution: str
    summary: str
    category: Identifier
    agent_id: Identifier
    verdict: CorrectionVerdict
    active: bool
    duplicate_of: Identifier | None
    quality: list[Quality]
    embedding_model: str
    created_at: AwareDatetime
    updated_at: AwareDatetime


class CorrectionList(Contract):
    """Answer of `GET /corrections`."""

    corrections: list[StoredCorrection]
    total: int = Field(ge=0)


class CorrectionPatch(Contract):
    """Body of `PATCH /corrections/{id}`; what is left out stays as it is."""

    active: bool | None = None
    human_resolution: str | None = Field(default=None, min_length=1)
    category: Identifier | None = None


class CorrectionChange(Contract):
    """One entry of the audit: `changes` maps each changed field to its old and new value."""

    changed_at: AwareDatetime
    changed_by: str
    action: Literal["insert", "update", "delete"]
    changes: dict[str, Any]
