"""What reading a ticket's text costs in CPU time: `python -m bench.text`."""

import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from services.common.redaction import redact
from services.contracts import (
    Classification,
    Requester,
    Sentiment,
    Ticket,
    TriageRequest,
    Urgency,
    Usage,
)
from services.contracts.policies import CategoryPolicy
from services.rules.policies import Standing
from services.rules.rulebook import load_rulebook
from services.rules.settings import RulesSettings
from services.rules.triage import triage

ROUNDS = 50
TEXT = (
    "Hello, I bought two Larkspur Sprig sensors last month, order LS-10423. One of them does not "
    "connect to the hub since the last update; I tried to reset it twice and replaced the battery. "
    "What can I do? You reach me at jo@example.org or +49 30 901820. Best regards, Jo\n"
)
"""Some 50 words, with an order number, an e-mail address and a phone number."""


def median_milliseconds(call: Callable[[], object]) -> float:
    """Median CPU milliseconds of `call` after one warm-up."""
    call()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        taken.append((time.process_time() - start) * 1000)
    return round(statistics.median(taken), 2)


def main() -> None:
    """Print the medians as one JSON object."""
    ticket = Ticket(
        id="bench:1",
        source="bench",
        subject="Sensor",
        body=TEXT * 3,
        requester=Requester(id="jo"),
        created_at=datetime.now(UTC),
    )
    request = TriageRequest(ticket=ticket, classification=_classification())
    policy = CategoryPolicy(category="technical", updated_by="bench", updated_at=datetime.now(UTC))
    standing = Standing(policy, 60, 0, ("technical",))
    book = load_rulebook(RulesSettings().file)
    found = {
        "words": len(ticket.body.split()),
        "triage_ms": median_milliseconds(lambda: triage(request, book, standing)),
        "redact_ms": median_milliseconds(lambda: redact(ticket.body)),
    }
    print(json.dumps(found))


def _classification() -> Classification:
    return Classification(
        category="technical",
        intent="reset",
        urgency=Urgency.LOW,
        sentiment=Sentiment.NEUTRAL,
        language="en",
        confidence=0.9,
        requires_human=False,
        reasoning="Asks how.",
        provider="bench",
        model="none",
        usage=Usage(),
        cost_usd=0,
        latency_ms=0,
    )


if __name__ == "__main__":
    main()
