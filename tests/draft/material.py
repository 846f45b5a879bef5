"""Requests, sources and guidelines that the draft tests share."""

from pathlib import Path
from typing import Any

from services.contracts import DraftRequest

RESET = {
    "id": "reset-hub#1",
    "title": "Reset your Hub",
    "section": "Factory reset",
    "text": (
        "Your Hub can be reset in two ways.\n\n"
        "To reset the Hub, hold the **round button** for 12 seconds until the light turns amber.\n"
        "1. Unplug the Hub.\n2. Plug it in again.\n3. Hold the button for 12 seconds.\n\n"
        "Your sensors stay paired after a reset."
    ),
    "url": "https://help.larkspur.example/articles/reset-hub",
    "score": 0.72,
}
SHIPPING = {
    "id": "shipping-times#1",
    "title": "Shipping times",
    "section": "Europe",
    "text": "Parcels within Germany take 2 to 3 working days. Other EU countries take 4 to 7 days.",
    "url": "https://help.larkspur.example/articles/shipping-times",
    "score": 0.2,
}
CORRECTION = {
    "id": "c-1",
    "summary": "How long does shipping to Austria take?",
    "ticket_text": "how long to vienna",
    "resolution": "Parcels to Austria take 4 to 7 days. You get a tracking link by e-mail.",
    "category": "shipping",
    "similarity": 0.91,
}
DEFAULT_GUIDELINES = """---
greeting: "Hi {first_name},"
greeting_without_name: "Hello,"
sign_off: "Best regards,\\nLarkspur Support"
---
Write like a helpful neighbour.
"""


def guidelines_folder(folder: Path) -> Path:
    """A guidelines folder with a default and a German file."""
    (folder / "default.md").write_text(DEFAULT_GUIDELINES)
    (folder / "de.md").write_text('---\ngreeting: "Guten Tag {name},"\n---\nSiezen Sie.\n')
    return folder


def body(
    question: str = "How do I reset my hub?",
    *,
    documents: list[dict[str, Any]] | None = None,
    corrections: list[dict[str, Any]] | None = None,
    language: str = "en",
    **ticket: Any,
) -> dict[str, Any]:
    """The JSON of a `POST /draft`."""
    return {
        "ticket": {
            "id": "desk:7",
            "source": "desk",
            "subject": "Hub",
            "body": question,
            "requester": {"id": "r1", "name": "Ana Lima", "email": "ana@example.org"},
            "created_at": "2026-11-22T10:00:00Z",
            **ticket,
        },
        "classification": {
            "category": "technical",
            "intent": "reset_device",
            "urgency": "low",
            "sentiment": "neutral",
            "language": language,
            "confidence": 0.9,
            "requires_human": False,
            "reasoning": "Asks for a reset.",
            "provider": "local",
            "model": "m",
            "usage": {},
            "cost_usd": 0,
            "latency_ms": 1,
        },
        "documents": [RESET, SHIPPING] if documents is None else documents,
        "corrections": corrections or [],
    }


def request(question: str = "How do I reset my hub?", **changes: Any) -> DraftRequest:
    """The same as a contract body."""
    return DraftRequest.model_validate(body(question, **changes))
