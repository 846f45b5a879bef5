"""One ticket's story: everything known of it, in order and in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from services.console import words
from services.contracts import Reason
from services.contracts.ledger_answers import (
    AttemptRecord,
    Claim,
    EventRecord,
    OutcomeRecord,
    Review,
    TicketHistory,
    TurnRecord,
)

_ENDS = {
    "expired": "The attempt took too long and was given up.",
    "workflow_failed": "The workflow failed.",
    "refused": "The workflow did not take it.",
}
_EVENTS = {
    "posted": ("The helpdesk took it", "good"),
    "post_failed": ("The helpdesk did not confirm what was posted", "bad"),
    "step_failed": ("A step did not answer", "bad"),
    "workflow_failed": ("The workflow failed", "bad"),
    "review_applied": ("The decision was carried out", "good"),
    "note": ("A note was written", ""),
    "correction_recorded": ("A correction was kept", ""),
}
_OUTCOMES = {
    "reopened": ("The customer came back", "bad"),
    "customer_replied": ("The customer wrote again", "customer"),
    "solved": ("Solved", "good"),
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `tone` colours it: customer, good, bad or nothing."""

    at: datetime
    title: str
    tone: str = ""
    lines: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    text: str = ""
    review_id: int | None = None


def timeline(history: TicketHistory) -> list[Entry]:
    """Return what happened, oldest first."""
    found = [
        *(_wrote(turn, history) for turn in history.turns),
        *(entry for attempt in history.attempts for entry in _attempt(attempt)),
        *(entry for event in history.events for entry in _event(event)),
        *(_claim(claim) for claim in history.claims if not claim.confirmed),
        *(_review(review) for review in history.reviews),
        *(_outcome(outcome) for outcome in history.outcomes),
        *(_given_up(turn) for turn in history.turns if turn.ended_by == "ledger"),
    ]
    return sorted(found, key=lambda entry: entry.at)


def _wrote(turn: TurnRecord, history: TicketHistory) -> Entry:
    requester = history.ticket.requester
    who = requester.name or requester.email or requester.id
    title = f"{who} wrote" if turn.turn == 1 else f"{who} wrote again (message {turn.turn})"
    said = _words_of(turn, history)
    return Entry(turn.registered_at, title, "customer", text=said)


def _words_of(turn: TurnRecord, history: TicketHistory) -> str:
    """Return the customer's message of a turn, as the newest version of the ticket has it."""
    theirs = [each.body for each in history.ticket.thread if each.author == "customer"]
    messages = [*theirs, history.ticket.body]
    return messages[turn.turn - 1] if turn.turn <= len(messages) else ""


def _attempt(attempt: AttemptRecord) -> Iterator[Entry]:
    if attempt.attempt > 1:
        yield Entry(attempt.handed_out_at, f"The machine tried again (attempt {attempt.attempt})")
    if attempt.ended_at and attempt.end in _ENDS:
        yield Entry(attempt.ended_at, _ENDS[attempt.end], "bad")


def _event(event: EventRecord) -> Iterator[Entry]:
    if event.kind == "decided":
        yield _decided(event)
    elif event.kind == "review_decided":
        who = str(event.detail.get("agent_id", "Somebody"))
        did = words.DECISIONS.get(str(event.detail.get("decision")), "decided")
        yield Entry(event.at, f"{who} {did}", "good")
    else:
        title, tone = _EVENTS.get(event.kind, (words.plain(event.kind), ""))
        yield Entry(event.at, title, tone, _details(event), event.reasons)


def _decided(event: EventRecord) -> Entry:
    found = event.decision.get("classification")
    classification = found if isinstance(found, dict) else {}
    lines = []
    if classification.get("category"):
        about = words.plain(str(classification["category"]))
        lines.append(f"It is about: {about} ({words.plain(str(classification.get('intent')))}).")
    if event.probability is not None:
        lines.append(words.sure(event.probability, event.threshold))
    if event.models:
        cost = words.money(event.cost_usd)
        lines.append(f"Models: {', '.join(event.models)}. Paid: {cost}.")
    title = {
        "auto_sent": "The machine decided to send its answer",
        "review": "The machine decided to ask a person",
        "human": "The machine decided to give it to a person",
    }.get(event.route or "", "The machine decided")
    draft = event.decision.get("draft")
    reply = str(draft.get("reply", "")) if isinstance(draft, dict) else ""
    reasons = [reason for reason in event.reasons if reason.rule != "below_threshold"]
    return Entry(event.at, title, lines=lines, reasons=reasons, text=reply)


def _details(event: EventRecord) -> list[str]:
    detail = event.detail
    said = [str(detail[name]) for name in ("step", "error", "verdict", "note") if detail.get(name)]
    return [" · ".join(said)] if said else []


def _claim(claim: Claim) -> Entry:
    title = "It is not known whether this reached the customer"
    line = "The machine began to post it and heard no answer. Look in the helpdesk."
    return Entry(claim.claimed_at, title, "bad", [f"{words.plain(claim.action)}: {line}"])


def _review(review: Review) -> Entry:
    return Entry(review.created_at, "A draft was put before a person", review_id=review.review_id)


def _outcome(outcome: OutcomeRecord) -> Entry:
    if outcome.kind == "csat":
        tone = "good" if (outcome.score or 0) >= 0.5 else "bad"
        title = f"The customer rated it {words.percent(outcome.score)}"
        return Entry(outcome.at, title, tone)
    if outcome.kind == "label":
        who = str(outcome.detail.get("agent_id") or "A reviewer")
        tone = "bad" if outcome.label == "wrong" else "good"
        return Entry(outcome.at, f"{who} judged the answer: {outcome.label or '–'}", tone)
    title, tone = _OUTCOMES[outcome.kind]
    return Entry(outcome.at, title, tone)


def _given_up(turn: TurnRecord) -> Entry:
    at = turn.finished_at or turn.registered_at
    return Entry(at, "The ticket was given to a person", "bad", reasons=turn.reasons)
