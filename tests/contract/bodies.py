"""Valid requests of every step, as the workflow sends them."""

import copy
from collections.abc import Sequence
from typing import Any

TICKET: dict[str, Any] = {
    "id": "contract-kit:1",
    "source": "contract-kit",
    "subject": "Refund for order 1042",
    "body": "Hello, I sent the sensor back ten days ago. When will I get my money? Thank you.",
    "thread": [
        {
            "author": "customer",
            "body": "I would like to send my sensor back.",
            "at": "2026-11-01T09:00:00Z",
        }
    ],
    "requester": {"id": "c-1", "email": "kit@example.org", "name": "Kim Kit", "locale": "en"},
    "locale": "en",
    "created_at": "2026-11-11T09:00:00+00:00",
    "metadata": {"queue": "support", "tags": ["return"]},
}

CLASSIFICATION: dict[str, Any] = {
    "category": "billing",
    "intent": "refund_request",
    "urgency": "medium",
    "sentiment": "neutral",
    "language": "en",
    "confidence": 0.9,
    "requires_human": False,
    "reasoning": "Asks when a refund arrives.",
    "provider": "local",
    "model": "kit",
    "usage": {
        "input_tokens": 0,
        "output_tokens": 0,
        "cache_read_tokens": 0,
        "cache_write_tokens": 0,
    },
    "cost_usd": 0.0,
    "latency_ms": 3,
}

DOCUMENT: dict[str, Any] = {
    "id": "refunds#2",
    "title": "Returns and refunds",
    "section": "When the money arrives",
    "text": "We refund you within 5 working days after the parcel has arrived at our warehouse. "
    "The money goes back to the card or account that you paid with.",
    "url": "https://help.example.org/refunds",
    "score": 0.86,
}

CORRECTION: dict[str, Any] = {
    "id": "17",
    "summary": "Refund time after a return",
    "ticket_text": "Where is my refund? I returned the hub two weeks ago.",
    "resolution": "Refunds are paid within 5 working days after the parcel has arrived with us.",
    "category": "billing",
    "similarity": 0.84,
}

TRIAGE_ANSWER: dict[str, Any] = {
    "urgency": "medium",
    "requires_human": False,
    "reasons": [],
    "mode": "auto",
    "corrections_in_category": 60,
}

DRAFT_ANSWER: dict[str, Any] = {
    "reply": "We refund you within 5 working days after the parcel has arrived at our warehouse.",
    "confidence": 0.9,
    "citations": [
        {
            "source_id": "refunds#2",
            "quote": "We refund you within 5 working days after the parcel has arrived at our "
            "warehouse.",
        }
    ],
    "abstained": False,
    "findings": [],
    "language": "en",
    "provider": "local",
    "model": "kit",
    "usage": CLASSIFICATION["usage"],
    "cost_usd": 0.0,
    "latency_ms": 12,
}

EVIDENCE: dict[str, Any] = {
    "documents": [DOCUMENT],
    "corrections": [CORRECTION],
    "corrections_in_category": 60,
    "embedding_model": "local:all-MiniLM-L6-v2",
}

CLASSIFY: dict[str, Any] = {"ticket": TICKET}
TRIAGE: dict[str, Any] = {
    "ticket": TICKET,
    "classification": CLASSIFICATION,
    "history": {"similar_asks": 0, "turns": 1, "answered_automatically": False},
}
CHECK_DRAFT: dict[str, Any] = {
    "ticket": TICKET,
    "classification": CLASSIFICATION,
    "triage": TRIAGE_ANSWER,
    "draft": DRAFT_ANSWER,
    "evidence": EVIDENCE,
}
RETRIEVE: dict[str, Any] = {
    "ticket": TICKET,
    "category": "billing",
    "language": "en",
    "documents": 5,
    "corrections": 3,
    "min_similarity": 0.78,
}
DRAFT: dict[str, Any] = {
    "ticket": TICKET,
    "classification": CLASSIFICATION,
    "documents": [DOCUMENT],
    "corrections": [CORRECTION],
}
STORE_CORRECTION: dict[str, Any] = {
    "ticket_id": "contract-kit:1",
    "ticket_text": "Contract kit: when will I get my money back for the returned sensor?",
    "ai_draft": "",
    "human_resolution": "Contract kit: refunds are paid within 5 working days after the parcel "
    "has arrived with us.",
    "category": "billing",
    "agent_id": "contract-kit",
    "verdict": "taught",
}


def changed(body: dict[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    """A deep copy of `body` with the field at `path` set to `value`."""
    result = copy.deepcopy(body)
    holder = result
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return result


def without(body: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """A deep copy of `body` without the field at `path`."""
    result = copy.deepcopy(body)
    holder = result
    for name in path[:-1]:
        holder = holder[name]
    del holder[path[-1]]
    return result
