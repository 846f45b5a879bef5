"""Earned autonomy: who may answer without a human, by category and language, and why."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from services.contracts.base import Contract, Identifier, Probability
from services.contracts.policies import Category
from services.contracts.rules import Mode

Language = Annotated[
    str,
    StringConstraints(min_length=2, max_length=35, pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"),
]
"""BCP 47; only the part before the first `-` counts. `und` where it is unknown."""


class AutonomyChange(StrEnum):
    """What happened to a language of a category."""

    PROMOTED = "promoted"
    DEMOTED = "demoted"
    PROPOSED = "proposed"
    DECLINED = "declined"


class AutonomyEvidence(Contract):
    """What people found of what the present threshold would send, and what customers did."""

    reviews: int = Field(ge=0, description="Tickets judged; the newest, three times the needed.")
    wrong: int = Field(ge=0)
    wrong_low: Probability = Field(description="Lower 95 % bound on the wrong share; 0 if none.")
    wrong_high: Probability = Field(description="Upper 95 % bound on the wrong share; 1 if none.")
    target: Probability = Field(description="The wrong share that the policy allows.")
    reviews_needed: int = Field(ge=1, description="Right ones needed before it may be promoted.")
    threshold: Probability = Field(description="Only answers at least this sure are counted.")
    since: AwareDatetime | None = Field(
        description="Counted from here: the last demotion, or the last decision of a person."
    )
    wrong_tickets: list[Identifier] = Field(
        default_factory=list, description="The newest wrong ones, at most ten."
    )
    sent: int = Field(default=0, ge=0, description="Sent alone, and answered or a week old.")
    contested: int = Field(
        default=0, ge=0, description="Of those: came back within a week, or were rated badly."
    )
    contested_low: Probability = Field(default=0, description="Lower 99 % bound on that share.")
    contested_target: Probability = Field(default=1, description="What the policy allows of it.")


class AutonomyEvent(Contract):
    """One change, with the evidence it was made on; never altered."""

    id: int
    category: Category
    language: str
    change: AutonomyChange
    by: str = Field(description="`deskloop`, or who decided.")
    reason: str
    evidence: AutonomyEvidence
    at: AwareDatetime


class AutonomyState(Contract):
    """How it stands with one language of a category."""

    category: Category
    language: str
    mode: Mode = Field(description="`draft`: a human approves every reply.")
    reason: str
    since: AwareDatetime | None = Field(description="Null: as the policy begins.")
    by: str | None
    proposed: bool = Field(description="It has earned its promotion, and a person must agree.")
    evidence: AutonomyEvidence


class AutonomyList(Contract):
    """Answer of `GET /autonomy`: every language that was reviewed or decided on."""

    states: list[AutonomyState]


class AutonomyEventList(Contract):
    """Answer of `GET /autonomy/events`, newest first."""

    events: list[AutonomyEvent]


class AutonomyReview(Contract):
    """Answer of `POST /autonomy/review`."""

    looked_at: int = Field(ge=0, description="How many languages of categories.")
    changes: list[AutonomyEvent]


class DecideAutonomyRequest(Contract):
    """Body of `POST /autonomy/{category}/{language}`: a person decides."""

    decision: Literal["promote", "demote", "decline"] = Field(
        description="`decline`: not yet; it is proposed again after as many further reviews."
    )
    updated_by: str = Field(min_length=1, max_length=200, examples=["agent:maria"])
