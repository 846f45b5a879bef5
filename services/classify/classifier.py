"""What a provider must be able to do for the classify step."""

from typing import Protocol

from services.contracts import Classification, Ticket


class Classifier(Protocol):
    """One provider behind one interface; errors are those of `services.common.llm`."""

    async def classify(self, ticket: Ticket) -> Classification:
        """Label `ticket`; raises `ModelError` where this provider cannot."""
        ...

    async def check(self) -> None:
        """Raise where this provider is known to be away."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
