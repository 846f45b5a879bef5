"""The provider `local`: the trained classifier on this machine, without a key and without cost."""

import time

from services.classify.local.model import LocalClassifier, LocalResult
from services.classify.store import Categories
from services.classify.taxonomy import FALLBACK_CATEGORY, FALLBACK_INTENT
from services.contracts import Classification, Ticket, Usage

PROVIDER = "local"


class LocalProvider:
    """A `Classifier` that never fails; a category that is no longer allowed needs a human."""

    provider = PROVIDER

    def __init__(self, classifier: LocalClassifier, categories: Categories) -> None:
        self._classifier = classifier
        self._categories = categories

    @property
    def model(self) -> str:
        """See `Classifier.model`."""
        return self._classifier.model

    async def classify(self, ticket: Ticket) -> Classification:
        """See `Classifier.classify`."""
        started = time.monotonic()
        result = await self._classifier.classify(ticket)
        latency = round((time.monotonic() - started) * 1000)
        classification = _classification(result, self._classifier.model, latency)
        if result.category in await self._categories.allowed():
            return classification
        return classification.model_copy(
            update={
                "category": FALLBACK_CATEGORY,
                "intent": FALLBACK_INTENT,
                "confidence": 0.0,
                "requires_human": True,
                "reasoning": f"It found '{result.category}', which is no category any more.",
            }
        )

    async def check(self) -> None:
        """See `Classifier.check`; it depends on nothing."""

    async def close(self) -> None:
        """See `Classifier.close`; it holds no connections."""


def _classification(result: LocalResult, model: str, latency_ms: int) -> Classification:
    return Classification(
        category=result.category,
        intent=result.intent,
        urgency=result.urgency,
        sentiment=result.sentiment,
        language=result.language,
        confidence=min(1.0, max(0.0, result.confidence)),
        requires_human=result.requires_human,
        reasoning=result.reasoning,
        provider=PROVIDER,
        model=model,
        usage=Usage(),
        cost_usd=0.0,
        latency_ms=latency_ms,
    )
