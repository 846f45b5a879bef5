"""Corrections: what humans taught the machine."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from services.contracts.base import Contract, Identifier
from services.contracts.draft import Citation


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
    STALE = "stale"
    OVERRIDDEN = "overridden"
    NEVER_RIGHT = "never_right"
    UNUSED = "unused"


class StoreCorrectionRequest(Contract):
    """Body of `POST /corrections`; only a rejected draft may be without a resolution."""

    ticket_id: Identifier
    ticket_text: str = Field(min_length=1)
    ai_draft: str = ""
    category: Identifier
    agent_id: Identifier
    verdict: CorrectionVerdict
    human_resolution: str = Field(default="", validate_default=True)
    citations: list[Citation] = Field(
        default_factory=list,
        max_length=100,
        description="What the draft cited: help sections and corrections, by the id they have.",
    )

    @field_validator("human_resolution")
    @classmethod
    def _resolved(cls, value: str, info: ValidationInfo) -> str:
        rejected = info.data.get("verdict") is CorrectionVerdict.REJECTED
        if not value and not (rejected and info.data.get("ai_draft")):
            raise ValueError("is required, unless the verdict on a draft is 'rejected'")
        return value


class CorrectionStored(Contract):
    """Answer of `POST /corrections`; `stored` is false for an exact repetition."""

    id: Identifier
    stored: bool
    duplicate_of: Identifier | None = None
    quality: list[Quality]
    verdict: CorrectionVerdict | None = Field(
        default=None, description="As stored: an unchanged reply counts as approved."
    )
    deactivated: list[Identifier] = Field(
        default_factory=list,
        description="Cited corrections that this verdict proved never to have been right.",
    )


class CorrectionSource(Contract):
    """A section of a help article that a correction rests on."""

    document_id: str
    part: int = Field(ge=1)
    quote: str
    changed: bool = Field(description="It reads differently now, or is gone.")


class CorrectionUses(Contract):
    """What humans did with drafts that cited a correction, since they last confirmed it."""

    approved: int = Field(default=0, ge=0)
    edited: int = Field(default=0, ge=0)
    rejected: int = Field(default=0, ge=0)
    last_used_at: AwareDatetime | None = None


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
    contradicted_by: Identifier | None = Field(
        default=None, description="The newer one that counts instead until somebody decides."
    )
    stale_since: AwareDatetime | None = None
    inactive_because: Literal["overruled", "never_right"] | None = Field(
        default=None, description="Null on an inactive one: somebody deactivated it."
    )
    duplicates: int = Field(default=0, ge=0, description="How many others say the same.")
    uses: CorrectionUses = Field(default_factory=CorrectionUses)
    sources: list[CorrectionSource] = Field(default_factory=list)


class CorrectionList(Contract):
    """Answer of `GET /corrections`."""

    corrections: list[StoredCorrection]
    total: int = Field(ge=0)


class CorrectionPatch(Contract):
    """Body of `PATCH /corrections/{id}`; what is left out stays as it is."""

    active: bool | None = None
    human_resolution: str | None = Field(default=None, min_length=1)
    category: Identifier | None = None
    replaces: str | None = Field(
        default=None,
        description="The `human_resolution` that the caller has read: refused (409) where it reads "
        "differently by now. null replaces whatever there is.",
    )


class CorrectionDecision(StrEnum):
    """What a reviewer finds about a correction that is contradicted or stale."""

    KEEP_BOTH = "keep_both"
    KEEP_THIS = "keep_this"
    DEACTIVATE = "deactivate"


class CorrectionDecisionRequest(Contract):
    """Body of `POST /corrections/{id}/decision`."""

    decision: CorrectionDecision
    agent_id: Identifier


class DoubtfulCorrection(Contract):
    """One line of the quality report."""

    id: Identifier
    ticket_id: Identifier
    category: Identifier
    language: str | None = Field(default=None, description="`und` where the text does not tell.")
    summary: str
    verdict: CorrectionVerdict
    active: bool
    created_at: AwareDatetime
    quality: list[Quality]
    uses: CorrectionUses
    sent: int = Field(ge=0, description="Automatic answers that cited it, in the days looked at.")


class CorrectionReport(Contract):
    """Answer of `GET /corrections/report`: how good the store is, and what to look at."""

    corrections: int = Field(ge=0)
    usable: int = Field(ge=0, description="May be shown to the drafter.")
    unused_days: int = Field(ge=1)
    quality: dict[Quality, int] = Field(description="How many corrections each doubt is about.")
    doubtful: list[DoubtfulCorrection]
    total: int = Field(ge=0, description="How many are doubtful, in all pages.")


class CorrectionChange(Contract):
    """One entry of the audit: `changes` maps each changed field to its old and new value."""

    changed_at: AwareDatetime
    changed_by: str
    action: Literal["insert", "update", "delete"]
    changes: dict[str, Any]
