"""What the ledger answers: inbox, history, reviews and measures."""

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract, Identifier
from services.contracts.classification import Classification
from services.contracts.draft import Citation, Draft
from services.contracts.ledger import Decision, OutcomeKind, Route
from services.contracts.rules import DraftCheck, Reason, Triage
from services.contracts.ticket import Ticket


class TurnState(StrEnum):
    """Where one customer turn of a ticket is."""

    WAITING = "waiting"
    LEASED = "leased"
    FINISHED = "finished"
    SUPERSEDED = "superseded"


class InboxFilter(StrEnum):
    """What `GET /inbox` may be asked for."""

    WAITING = "waiting"
    LEASED = "leased"
    OPEN = "open"
    FINISHED = "finished"
    SUPERSEDED = "superseded"
    HANDED_TO_HUMAN_BY_LEDGER = "handed_to_human_by_ledger"


class EndedBy(StrEnum):
    """Who ended a turn."""

    WORKFLOW = "workflow"
    LEDGER = "ledger"


class ReviewState(StrEnum):
    """Where a review is; `apply_failed` was decided but could not be carried out."""

    OPEN = "open"
    DECIDED = "decided"
    SUPERSEDED = "superseded"
    APPLY_FAILED = "apply_failed"


class InboxEntry(Contract):
    """One customer turn and where it is."""

    ticket_id: Identifier
    turn: int
    state: TurnState
    subject: str
    requester_id: str
    attempt: int
    failures: int
    execution_id: str | None
    lease_until: AwareDatetime | None
    not_before: AwareDatetime | None
    registered_at: AwareDatetime
    finished_at: AwareDatetime | None
    route: Route | None
    reasons: list[Reason]
    ended_by: EndedBy | None
    announced: bool = Field(description="Somebody claimed telling the helpdesk about it.")


class Inbox(Contract):
    """Answer of `GET /inbox`."""

    tickets: list[InboxEntry]
    total: int
    waiting: int
    leased: int
    oldest_waiting_seconds: float | None


class EventRecorded(Contract):
    """Answer of `POST /tickets/{id}/events`."""

    event_id: int
    repeated: bool = Field(description="The same event of the same execution was there already.")
    claim_confirmed: bool | None = Field(description="Null where the event names no claim.")


class Claim(Contract):
    """One claimed action on the helpdesk."""

    ticket_id: Identifier
    turn: int
    action: str
    key: str
    execution_id: str | None
    claimed_at: AwareDatetime
    confirmed: bool
    confirmed_at: AwareDatetime | None


class ClaimList(Contract):
    """Answer of `GET /claims`."""

    claims: list[Claim]
    total: int


class Finished(Contract):
    """Answer of `POST /tickets/{id}/finish`."""

    ticket_id: Identifier
    turn: int
    state: TurnState
    route: Route
    review_id: int | None
    repeated: bool


class OutcomeRecorded(Contract):
    """Answer of `POST /tickets/{id}/outcomes`."""

    outcome_id: int
    recorded: bool


class ExecutionFailedRequest(Contract):
    """Body of `POST /executions/{execution_id}/failed`: what an n8n error workflow knows."""

    workflow: str | None = Field(default=None, max_length=500)
    node: str | None = Field(default=None, max_length=500)
    message: str | None = Field(default=None, max_length=5000)


class ExecutionFailed(Contract):
    """Answer of `POST /executions/{execution_id}/failed`."""

    matched: bool
    ticket_id: Identifier | None
    turn: int | None
    handed_out_again: bool


class TurnRecord(InboxEntry):
    """One customer turn with what was decided on it."""

    category: str | None
    language: str | None
    urgency: str | None
    cost_usd: float
    similar_asks: int
    review_id: int | None


class AttemptRecord(Contract):
    """One hand-out of a turn to n8n."""

    turn: int
    attempt: int
    execution_id: str | None
    handed_out_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    end: str | None


class EventRecord(Contract):
    """One line of a ticket's history."""

    event_id: int
    turn: int
    at: AwareDatetime
    kind: str
    execution_id: str | None
    claim_key: str | None
    route: Route | None
    inputs_hash: str | None
    models: list[str]
    cost_usd: float
    probability: float | None
    threshold: float | None
    reasons: list[Reason]
    decision: dict[str, Any]
    detail: dict[str, Any]


class OutcomeRecord(Contract):
    """What became of a ticket."""

    outcome_id: int
    turn: int
    kind: OutcomeKind
    key: str | None
    score: float | None
    label: str | None
    at: AwareDatetime
    detail: dict[str, Any]


class Review(Contract):
    """A draft that waits for, or had, a human's decision."""

    review_id: int
    ticket_id: Identifier
    turn: int
    state: ReviewState
    ticket: Ticket
    draft: Draft | None
    classification: Classification | None
    triage: Triage | None
    check: DraftCheck | None
    evidence: dict[str, Any]
    reasons: list[Reason]
    category: str | None
    urgency: str | None
    language: str | None
    probability: float | None
    created_at: AwareDatetime
    decision: Decision | None
    reply: str | None
    agent_id: str | None
    decided_at: AwareDatetime | None
    applied_at: AwareDatetime | None


class ReviewList(Contract):
    """Answer of `GET /reviews`."""

    reviews: list[Review]
    total: int


class TicketHistory(Contract):
    """Answer of `GET /tickets/{id}`: all that is known, oldest first."""

    ticket: Ticket
    turns: list[TurnRecord]
    attempts: list[AttemptRecord]
    events: list[EventRecord]
    claims: list[Claim]
    reviews: list[Review]
    outcomes: list[OutcomeRecord]


class Interval(Contract):
    """A share with its 95 % Wilson interval; all null where nothing was counted."""

    share: float | None
    low: float | None
    high: float | None


class RouteCounts(Contract):
    """How many turns ended which way."""

    auto_sent: int = 0
    review: int = 0
    human: int = 0


class Seconds(Contract):
    """From registration to the end, in seconds."""

    median: float | None
    p95: float | None


class Summary(Contract):
    """Answer of `GET /metrics/summary`."""

    since: AwareDatetime
    until: AwareDatetime
    language: str | None = Field(default=None, description="Only this one; null: all.")
    tickets: int = Field(description="Customer turns registered, replies included.")
    finished: int
    superseded: int
    routes: RouteCounts
    categories: dict[str, RouteCounts]
    languages: dict[str, RouteCounts]
    automatic: Interval
    seconds_to_decision: Seconds
    cost_usd: float
    ended_by_ledger: int
    waiting: int
    leased: int
    oldest_waiting_seconds: float | None
    reviews_open: int
    unconfirmed_claims: int
    outcomes: dict[str, int]
    csat: float | None
    reopened_after_automatic: int


class Bucket(StrEnum):
    """Width of a point in `GET /metrics/series`."""

    HOUR = "hour"
    DAY = "day"


class Point(Contract):
    """One bucket of `GET /metrics/series`."""

    start: AwareDatetime
    tickets: int
    routes: RouteCounts
    automatic: Interval
    cost_usd: float
    seconds_to_decision: Seconds


class Series(Contract):
    """Answer of `GET /metrics/series`."""

    bucket: Bucket
    language: str | None = Field(default=None, description="Only this one; null: all.")
    points: list[Point]


class QaItem(Contract):
    """One automatic answer to judge; nothing here says how sure the machine was."""

    ticket_id: Identifier
    turn: int
    category: str | None
    language: str | None
    ticket: Ticket
    reply: str
    citations: list[Citation]
    answered_at: AwareDatetime


class QaSample(Contract):
    """Answer of `GET /qa/sample`."""

    day: date
    share: float
    automatic: int = Field(description="Automatic answers of that day, of which this is a sample.")
    items: list[QaItem]
