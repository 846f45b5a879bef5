"""What the rules step decides, before and after a draft exists."""

from enum import StrEnum

from pydantic import Field

from services.contracts.base import Contract, Probability
from services.contracts.classification import Classification, Urgency
from services.contracts.draft import Draft
from services.contracts.retrieval import Evidence
from services.contracts.ticket import Ticket


class Rule(StrEnum):
    """Stable rule ids, documented in `docs/rules.md`."""

    LEGAL_OR_FRAUD = "legal_or_fraud"
    PROMPT_INJECTION = "prompt_injection"
    HUMAN_REQUESTED = "human_requested"
    FRUSTRATED_CUSTOMER = "frustrated_customer"
    ALWAYS_HUMAN_CATEGORY = "always_human_category"
    HIGH_URGENCY = "high_urgency"
    LOW_CONFIDENCE = "low_confidence"
    THREAD_TOO_LONG = "thread_too_long"
    REPEAT_ASK = "repeat_ask"
    REPLY_TO_AUTOMATIC = "reply_to_automatic"
    EMPTY_TICKET = "empty_ticket"
    DRAFT_MODE = "draft_mode"
    COLD_START = "cold_start"
    UNSUPPORTED_CLAIM = "unsupported_claim"
    PROMISE = "promise"
    ESCALATION_PHRASE = "escalation_phrase"
    ABSTAINED = "abstained"
    BELOW_THRESHOLD = "below_threshold"


class Effect(StrEnum):
    """What a reason does to the ticket's route."""

    RAISE_URGENCY = "raise_urgency"
    REQUIRE_HUMAN = "require_human"
    BLOCK_SEND = "block_send"
    NOTE = "note"


class Reason(Contract):
    """Why a ticket went the way it went; `rule` is a stable id, `detail` is for people."""

    rule: str = Field(min_length=1, max_length=100)
    detail: str
    effect: Effect


class Mode(StrEnum):
    """Whether a category may answer by itself at all."""

    DRAFT = "draft"
    AUTO = "auto"


class History(Contract):
    """What the ledger knows of the requester and this conversation."""

    similar_asks: int = Field(default=0, ge=0, description="Earlier asks of the same question.")
    turns: int = Field(default=0, ge=0, description="Customer turns in this ticket, this one too.")
    answered_automatically: bool = Field(
        default=False, description="An earlier turn of this ticket was answered by the machine."
    )


class TriageRequest(Contract):
    """Body of `POST /triage`."""

    ticket: Ticket
    classification: Classification
    history: History | None = None


class Triage(Contract):
    """Answer of `POST /triage`."""

    urgency: Urgency
    requires_human: bool
    reasons: list[Reason]
    mode: Mode
    corrections_in_category: int = Field(ge=0)


class CheckDraftRequest(Contract):
    """Body of `POST /check-draft`; `evidence` is what retrieve returned."""

    ticket: Ticket
    classification: Classification
    triage: Triage
    draft: Draft
    evidence: Evidence


class Verdict(StrEnum):
    """What may happen with the draft."""

    AUTO_SEND = "auto_send"
    REVIEW = "review"
    HUMAN = "human"


class DraftCheck(Contract):
    """Answer of `POST /check-draft`."""

    verdict: Verdict
    probability: Probability = Field(description="That this reply needs no human.")
    threshold: Probability
    review_threshold: Probability
    blockers: list[Reason]
    reasons: list[Reason]
    features: dict[str, Probability] = Field(
        default_factory=dict, description="What the probability was computed from."
    )
