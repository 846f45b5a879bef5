"""Bodies for calls of the rules service, good unless a test says otherwise."""

from typing import Any

DOCUMENT_TEXT = (
    "Hold the button on the Larkspur Sprig for 10 seconds until the light blinks blue. "
    "Open the app, choose Add sensor and wait up to 2 minutes. "
    "Returns are free within 30 days; we refund the full price within 5 business days. "
    "Write to help@larkspur.example or see https://help.larkspur.example/reset."
)
QUOTE = "Hold the button on the Larkspur Sprig for 10 seconds until the light blinks blue."
REPLY = (
    f"Hello Ana,\n\n{QUOTE} Open the app, choose Add sensor and wait up to 2 minutes.\n\nLarkspur"
)


def ticket(body: str = "How do I reset my sensor?", **changes: Any) -> dict[str, Any]:
    return {
        "id": "django-helpdesk:42",
        "source": "django-helpdesk",
        "subject": "Sensor",
        "body": body,
        "thread": [],
        "requester": {"id": "ana", "email": "ana@example.org", "name": "Ana"},
        "created_at": "2026-11-22T03:00:00Z",
    } | changes


def turns(*bodies: str, author: str = "customer") -> list[dict[str, Any]]:
    return [{"author": author, "body": b, "at": "2026-11-21T10:00:00Z"} for b in bodies]


def _call() -> dict[str, Any]:
    return {
        "provider": "local",
        "model": "m",
        "usage": {},
        "cost_usd": 0.0,
        "latency_ms": 3,
    }


def classification(**changes: Any) -> dict[str, Any]:
    return (
        _call()
        | {
            "category": "technical",
            "intent": "reset",
            "urgency": "low",
            "sentiment": "neutral",
            "language": "en",
            "confidence": 0.93,
            "requires_human": False,
            "reasoning": "A how-to question.",
        }
        | changes
    )


def triage_body(body: str = "How do I reset my sensor?", **changes: Any) -> dict[str, Any]:
    return {"ticket": ticket(body), "classification": classification()} | changes


def draft(**changes: Any) -> dict[str, Any]:
    return (
        _call()
        | {
            "reply": REPLY,
            "confidence": 0.9,
            "citations": [{"source_id": "reset#1", "quote": QUOTE}],
            "abstained": False,
            "findings": [],
            "language": "en",
        }
        | changes
    )


def document(**changes: Any) -> dict[str, Any]:
    return {
        "id": "reset#1",
        "title": "Reset your sensor",
        "section": "Steps",
        "text": DOCUMENT_TEXT,
        "url": "https://help.larkspur.example/reset",
        "score": 0.66,
    } | changes


def correction(**changes: Any) -> dict[str, Any]:
    return {
        "id": "c1",
        "summary": "Sensor reset",
        "ticket_text": "How can I reset the sensor?",
        "resolution": QUOTE,
        "category": "technical",
        "similarity": 0.9,
    } | changes


def evidence(**changes: Any) -> dict[str, Any]:
    return {
        "documents": [document()],
        "corrections": [],
        "corrections_in_category": 0,
        "embedding_model": "local:all-MiniLM-L6-v2",
    } | changes


def triage_answer(**changes: Any) -> dict[str, Any]:
    return {
        "urgency": "low",
        "requires_human": False,
        "reasons": [],
        "mode": "auto",
        "corrections_in_category": 0,
    } | changes


def check_body(**changes: Any) -> dict[str, Any]:
    return {
        "ticket": ticket(),
        "classification": classification(),
        "triage": triage_answer(),
        "draft": draft(),
        "evidence": evidence(),
    } | changes
