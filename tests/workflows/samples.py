"""What a ticket and each step's answer look like, valid by the contracts."""

from typing import Any

from services.contracts import (
    Attempt,
    Citation,
    Classification,
    Document,
    Draft,
    DraftCheck,
    Effect,
    Evidence,
    History,
    Reason,
    Requester,
    Sentiment,
    Spent,
    Ticket,
    Triage,
    Turn,
    Urgency,
    Usage,
    Verdict,
)

TICKET_ID = "django-helpdesk:42"
AT = "2026-11-01T10:00:00+00:00"
REPLY = "Hello Ana,\n\nrefunds take 5 working days. {{ not a template }}\n\nLarkspur"


def ticket(thread: tuple[Turn, ...] = ()) -> dict[str, Any]:
    return Ticket(
        id=TICKET_ID,
        source="django-helpdesk",
        subject="Refund",
        body="How long does a refund take?",
        thread=list(thread),
        requester=Requester(id="ana@example.com", email="ana@example.com"),
        created_at=AT,
    ).model_dump(mode="json")


def handed_out(turn: int = 1) -> dict[str, Any]:
    return {"ticket_id": TICKET_ID, "attempt": 1, "turn": turn, "ticket": ticket()}


_CALL = {
    "provider": "local",
    "model": "local:test",
    "usage": Usage(),
    "cost_usd": 0.001,
    "latency_ms": 3,
}
CLASSIFICATION = Classification(
    category="billing",
    intent="refund_time",
    urgency=Urgency.HIGH,
    sentiment=Sentiment.NEUTRAL,
    language="en",
    confidence=0.93,
    requires_human=False,
    reasoning="Asks how long a refund takes.",
    **_CALL,
).model_dump(mode="json")
LAWYER = Reason(
    rule="legal_or_fraud", detail="The customer mentions a lawyer.", effect=Effect.REQUIRE_HUMAN
)


def triage(*reasons: Reason) -> dict[str, Any]:
    return Triage(
        urgency=Urgency.HIGH,
        requires_human=bool(reasons),
        reasons=list(reasons),
        mode="auto",
        corrections_in_category=60,
    ).model_dump(mode="json")


EVIDENCE = Evidence(
    documents=[
        Document(
            id="refunds#1",
            title="Refunds",
            section="How long it takes",
            text="Refunds take 5 working days.",
            url="https://help.example/refunds",
            score=0.81,
        )
    ],
    corrections=[],
    corrections_in_category=60,
    embedding_model="local:all-MiniLM-L6-v2",
    spent=Spent(usage=Usage(input_tokens=40, output_tokens=9), cost_usd=0.0004),
).model_dump(mode="json")
DRAFT = Draft(
    reply=REPLY,
    confidence=0.9,
    citations=[Citation(source_id="refunds#1", quote="Refunds take 5 working days.")],
    abstained=False,
    findings=["The refund article answers the question."],
    language="en",
    **_CALL,
).model_dump(mode="json")


def check(verdict: Verdict, probability: float = 0.92, *reasons: Reason) -> dict[str, Any]:
    return DraftCheck(
        verdict=verdict,
        probability=probability,
        threshold=0.9,
        review_threshold=0.65,
        blockers=[],
        reasons=list(reasons),
    ).model_dump(mode="json")


def helpdesk_ticket(**changes: Any) -> dict[str, Any]:
    """A ticket as the local helpdesk tells it."""
    said = {"author": "customer", "body": "How long does a refund take?", "at": AT}
    return {
        "id": 42,
        "title": "Refund",
        "description": said["body"],
        "queue": {"id": 1, "slug": "support", "title": "Support"},
        "submitter_email": "ana@example.com",
        "created": AT,
        "status": {"id": 1, "name": "Open"},
        "open": True,
        "priority": 3,
        "assigned_to": None,
        "url": "http://helpdesk.example/tickets/42/",
        "last_follow_up_id": 7,
        "follow_ups": [],
        "conversation": [said],
        **changes,
    }


ATTEMPT = Attempt(attempt=1, proceed=True, reason="started", history=History(turns=1))
STOP = ATTEMPT.model_copy(update={"proceed": False, "reason": "already_finished"}).model_dump(
    mode="json"
)
ANSWERS: dict[str, Any] = {
    "attempts": (200, ATTEMPT.model_dump(mode="json")),
    "classify": (200, CLASSIFICATION),
    "triage": (200, triage()),
    "retrieve": (200, EVIDENCE),
    "draft": (200, DRAFT),
    "check-draft": (200, check(Verdict.AUTO_SEND)),
    "events": (201, {"event_id": 1, "repeated": False, "claim_confirmed": None}),
    "claims": (201, {"key": "x"}),
    "finish": (200, {"state": "finished"}),
    "failed": (200, {"matched": True}),
    "verify": (204, None),
    "corrections": (201, {"id": "c1", "stored": True, "quality": []}),
    "outcomes": (201, {"outcome_id": 1, "recorded": True}),
    "GET tickets": (200, helpdesk_ticket()),
    "PATCH tickets": (200, {}),
    "POST tickets": (200, {"ticket_id": TICKET_ID, "status": "new", "turn": 1}),
    "POST followups": (201, {"id": 99}),
    "GET followups": (200, {"id": 99}),
    "inbox": (200, {"tickets": [], "total": 0}),
}
