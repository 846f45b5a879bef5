"""Classifies a ticket by the first provider that can."""

from collections.abc import Sequence

import structlog

from services.classify.classifier import Classifier
from services.common.llm import ModelError
from services.contracts import Classification, Ticket

logger = structlog.get_logger(__name__)


class ClassifyService:
    """The providers in order; at least one."""

    def __init__(self, classifiers: Sequence[Classifier]) -> None:
        self._classifiers = classifiers

    async def classify(self, ticket: Ticket) -> Classification:
        """Label `ticket`; raises the last provider's `ModelError` (503) where none can."""
        *first, last = self._classifiers
        for classifier in first:
            try:
                return _logged(await classifier.classify(ticket))
            except ModelError as error:
                logger.warning("provider_failed", code=error.code)
        return _logged(await last.classify(ticket))

    async def check(self) -> None:
        """Raise where no provider is known to work."""
        failures = [error for c in self._classifiers if (error := await _failure(c)) is not None]
        if len(failures) == len(self._classifiers):
            raise failures[0]

    async def close(self) -> None:
        """Give all connections back."""
        for classifier in self._classifiers:
            await classifier.close()


async def _failure(classifier: Classifier) -> ModelError | None:
    try:
        await classifier.check()
    except ModelError as error:
        return error
    return None


def _logged(result: Classification) -> Classification:
    logger.info(
        "classified",
        category=result.category,
        urgency=result.urgency.value,
        requires_human=result.requires_human,
        confidence=round(result.confidence, 3),
        provider=result.provider,
        model=result.model,
        cost_usd=result.cost_usd,
        latency_ms=result.latency_ms,
        **result.usage.model_dump(),
    )
    return result
