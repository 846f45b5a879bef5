"""Classifies a ticket by the first provider that can."""

from collections.abc import Sequence

import structlog

from services.classify.classifier import Classifier, for_a_human
from services.common.llm import ModelError, Spending, spending
from services.contracts import Classification, Ticket

logger = structlog.get_logger(__name__)


class ClassifyService:
    """The providers in order; at least one."""

    def __init__(self, classifiers: Sequence[Classifier]) -> None:
        self._classifiers = classifiers

    async def classify(self, ticket: Ticket) -> Classification:
        """Label `ticket` by the first provider that can, with what all that were asked cost.

        Raises the last provider's `ModelError` (503) where none can, and none of them was paid:
        asking again may help, and nobody forgets a bill. What was paid for and cannot be used is a
        ticket for a human.
        """
        *first, last = self._classifiers
        with spending() as spent:
            for classifier in first:
                try:
                    return _logged(await classifier.classify(ticket), spent)
                except ModelError as error:
                    logger.warning("provider_failed", code=error.code)
            try:
                return _logged(await last.classify(ticket), spent)
            except ModelError as error:
                if spent.is_nothing:
                    raise
                return _logged(for_a_human(last, ticket, error), spent)

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


def _logged(said: Classification, spent: Spending) -> Classification:
    result = spent.on(said)
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
