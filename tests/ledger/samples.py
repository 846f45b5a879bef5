"""A decision as the main workflow reports it."""

from typing import Any


def decided_event(execution: str, route: str = "auto_sent", **changes: Any) -> dict[str, Any]:
    """A complete `decided` event; `category`, `urgency`, `language`, `reply`, `cost_usd`."""
    call = {
        "provider": "local",
        "model": "minilm-1",
        "usage": {},
        "cost_usd": changes.get("cost_usd", 0.001),
        "latency_ms": 12,
    }
    urgency = changes.get("urgency", "medium")
    reply = changes.get("reply", "Restart the hub.")
    cold = {"rule": "cold_start", "detail": "Few corrections.", "effect": "note"}
    below = {"rule": "below_threshold", "detail": "0.70 < 0.85", "effect": "block_send"}
    return {
        "kind": "decided",
        "execution_id": execution,
        "route": route,
        "classification": call
        | {
            "category": changes.get("category", "technical"),
            "intent": "device_offline",
            "urgency": "low",
            "sentiment": "neutral",
            "language": changes.get("language", "en"),
            "confidence": 0.9,
            "requires_human": False,
            "reasoning": "A device does not connect.",
        },
        "triage": {
            "urgency": urgency,
            "requires_human": False,
            "reasons": [cold],
            "mode": "auto",
            "corrections_in_category": 3,
        },
        "evidence": {
            "documents": [
                {
                    "id": "hub#1",
                    "title": "Hub",
                    "section": "Offline",
                    "text": "Restart the hub when it blinks red.",
                    "url": "https://help.example/hub",
                    "score": 0.8,
                }
            ],
            "corrections": [],
            "corrections_in_category": 3,
            "embedding_model": "local:all-MiniLM-L6-v2",
        },
        "draft": call
        | {
            "reply": reply,
            "confidence": 0.8,
            "citations": [{"source_id": "hub#1", "quote": "Restart the hub"}] if reply else [],
            "abstained": not reply,
            "findings": [],
            "language": "en",
        },
        "check": {
            "verdict": "review",
            "probability": 0.7,
            "threshold": 0.85,
            "review_threshold": 0.65,
            "blockers": [below],
            "reasons": [cold],
        },
    }
