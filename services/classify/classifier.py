"""What a provider must be able to do for the classify step."""

from typing import Protocol

from services.classify.languages import ticket_language
from services.classify.taxonomy import FALLBACK_CATEGORY, FALLBACK_INTENT
from services.common.llm import ModelError
from services.contracts import Classification, Sentiment, Ticket, Urgency


class Classifier(Protocol):
    """One provider behind one interface; errors are those of `services.common.llm`."""

    provider: str

    @property
    def model(self) -> str:
        """Its name, with its version."""
        ...

    async def classify(self, ticket: Ticket) -> Classification:
        """Label `ticket`; raises `ModelError` where this provider cannot."""
        ...

    async def check(self) -> None:
        """Raise where this provider is known to be away."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


def for_a_human(classifier: Classifier, ticket: Ticket, error: ModelError) -> Classification:
    """Say that this classifier has no labels for `ticket`, why, and what it was paid."""
    return Classification(
        category=FALLBACK_CATEGORY,
        intent=FALLBACK_INTENT,
        urgency=Urgency.MEDIUM,
        sentiment=Sentiment.NEUTRAL,
        language=ticket_language("", ticket),
        confidence=0.0,
        requires_human=True,
        reasoning=str(error),
        provider=classifier.provider,
        model=classifier.model,
        usage=error.usage,
        cost_usd=error.cost_usd,
        latency_ms=0,
    )
