"""Records of replays, made by hand."""

from collections.abc import Sequence

from evals.replay_rows import Row
from evals.replay_run import Record, Route
from services.contracts import (
    Citation,
    Classification,
    Draft,
    DraftCheck,
    Effect,
    Mode,
    Reason,
    Sentiment,
    Triage,
    Urgency,
    Usage,
    Verdict,
)

VERDICTS = {
    Route.SENT: Verdict.AUTO_SEND,
    Route.REVIEW: Verdict.REVIEW,
    Route.HUMAN: Verdict.HUMAN,
}


def record(
    number: int = 1,
    *,
    route: Route = Route.SENT,
    right: bool | None = True,
    category: str = "billing",
    probability: float = 0.9,
    blockers: Sequence[str] = (),
    stopped: bool = False,
    cost: float = 0.0,
    reply: str = "You can do that.",
    sources: Sequence[str] = ("refunds#1",),
    row: Row | None = None,
) -> Record:
    """A record of a ticket that was classified, and drafted unless `stopped`."""
    labelled = row or Row(number, "Secret words of a customer", category="billing")
    found = Record(labelled, route=route, right=right)
    found.classification = Classification(
        category=category,
        intent="refund_request",
        urgency=Urgency.LOW,
        sentiment=Sentiment.NEUTRAL,
        language="en",
        confidence=0.8,
        requires_human=False,
        reasoning="Because.",
        provider="local",
        model="m",
        usage=Usage(input_tokens=10),
        cost_usd=cost,
        latency_ms=1,
    )
    found.triage = Triage(
        urgency=Urgency.LOW,
        requires_human=stopped,
        reasons=[],
        mode=Mode.AUTO,
        corrections_in_category=0,
    )
    if stopped:
        found.right = None
        return found
    found.draft = Draft(
        reply=reply,
        confidence=0.9,
        citations=[Citation(source_id=each, quote="q") for each in sources],
        abstained=not reply,
        findings=[],
        language="en",
        provider="local",
        model="m",
        usage=Usage(),
        cost_usd=0.0,
        latency_ms=1,
    )
    found.check = DraftCheck(
        verdict=VERDICTS[route],
        probability=probability,
        threshold=0.75,
        review_threshold=0.65,
        blockers=[Reason(rule=each, detail="d", effect=Effect.BLOCK_SEND) for each in blockers],
        reasons=[],
    )
    return found
