"""The ledger's bodies: inbox, attempts, claims, events, reviews and outcomes."""

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract, Identifier, Probability
from services.contracts.classification import Classification
from services.contracts.draft import Draft
from services.contracts.retrieval import Evidence
from services.contracts.rules import DraftCheck, History, Reason, Triage
from services.contracts.ticket import Ticket


class VerifyWebhookRequest(Contract):
    """Body of `POST /webhooks/verify`: the raw webhook as it arrived."""

    source: Identifier
    headers: dict[str, str]
    body_base64: str


class SignWebhookRequest(Contract):
    """Body of `POST /webhooks/sign`: what is about to be sent, to the letter."""

    source: Identifier
    body: str


class SignedWebhook(Contract):
    """Answer of `POST /webhooks/sign`: the values of X-Webhook-Timestamp and -Signature."""

    timestamp: str
    signature: str


class RegisterTicketRequest(Contract):
    """Body of `POST /tickets`."""

    ticket: Ticket


class RegistrationStatus(StrEnum):
    """What a registration was: idempotent per (source, external id, turn)."""

    NEW = "new"
    DUPLICATE = "duplicate"
    REPLY = "reply"


class TicketRegistered(Contract):
    """Answer of `POST /tickets`."""

    ticket_id: Identifier
    status: RegistrationStatus
    turn: int = Field(ge=1)
    queue_depth: int = Field(ge=0)
    over_capacity: bool


class AttemptRequest(Contract):
    """Body of `POST /tickets/{id}/attempts`."""

    execution_id: Identifier
    turn: int | None = Field(
        default=None, ge=1, description="As handed out; an execution of an older turn is stopped."
    )


class Attempt(Contract):
    """Answer of `POST /tickets/{id}/attempts`; `proceed` false means: stop here, quietly."""

    attempt: int = Field(ge=0)
    proceed: bool
    reason: str
    history: History


class Route(StrEnum):
    """The end a ticket reached."""

    AUTO_SENT = "auto_sent"
    REVIEW = "review"
    HUMAN = "human"


class FinishRequest(Contract):
    """Body of `POST /tickets/{id}/finish`."""

    route: Route
    reasons: list[Reason]
    execution_id: Identifier | None = Field(
        default=None, description="Who ends it; one that lost its lease is refused."
    )


class ClaimRequest(Contract):
    """Body of `POST /tickets/{id}/claims`; `key` is unique per ticket."""

    action: Identifier = Field(examples=["reply"])
    key: Identifier = Field(examples=["django-helpdesk:42/turn-1/reply"])
    execution_id: Identifier | None = Field(
        default=None, description="Who claims; one that lost its lease is refused."
    )


class EventKind(StrEnum):
    """What was decided or done; one line each in the ticket's history."""

    DECIDED = "decided"
    POSTED = "posted"
    POST_FAILED = "post_failed"
    STEP_FAILED = "step_failed"
    WORKFLOW_FAILED = "workflow_failed"
    REVIEW_APPLIED = "review_applied"
    CORRECTION_RECORDED = "correction_recorded"
    NOTE = "note"


class EventRequest(Contract):
    """Body of `POST /tickets/{id}/events`; append-only.

    A `decided` event carries what each step said (as far as it got); the ledger keeps the hash of
    the inputs, models, cost, threshold and reasons, and the draft for a review.
    """

    kind: EventKind
    execution_id: Identifier | None = None
    claim_key: Identifier | None = Field(
        default=None, description="On `posted`: the claim this confirms."
    )
    classification: Classification | None = None
    triage: Triage | None = None
    evidence: Evidence | None = None
    draft: Draft | None = None
    check: DraftCheck | None = None
    route: Route | None = None
    reasons: list[Reason] = Field(default_factory=list)
    detail: dict[str, Any] = Field(default_factory=dict)


class Decision(StrEnum):
    """What an agent decides on a draft in review."""

    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"
    TAKE_OVER = "take_over"


class ReviewDecisionRequest(Contract):
    """Body of `POST /reviews/{id}/decision`; `reply` is required with `edit`."""

    decision: Decision
    reply: str | None = Field(default=None, min_length=1)
    agent_id: Identifier


class OutcomeKind(StrEnum):
    """What became of a ticket after its end."""

    CSAT = "csat"
    REOPENED = "reopened"
    CUSTOMER_REPLIED = "customer_replied"
    SOLVED = "solved"
    LABEL = "label"


class OutcomeRequest(Contract):
    """Body of `POST /tickets/{id}/outcomes`; the same `key` again changes nothing."""

    kind: OutcomeKind
    key: Identifier | None = None
    turn: int | None = Field(
        default=None,
        ge=1,
        le=2_147_483_647,
        description="The customer turn whose answer it is about; by default the newest.",
    )
    score: Probability | None = Field(default=None, description="CSAT, 0 bad … 1 good")
    label: str | None = Field(default=None, max_length=200)
    at: AwareDatetime | None = None
    detail: dict[str, Any] = Field(default_factory=dict)
