"""What every way of drafting must be able to do."""

from collections.abc import AsyncIterator
from typing import Protocol

from services.common.llm.errors import ModelError
from services.contracts import Draft, DraftRequest


class Drafter(Protocol):
    """Writes a reply from the given sources only, or abstains and says what it found."""

    provider: str
    model: str

    async def draft(self, request: DraftRequest) -> Draft:
        """Return the whole draft; raises `services.common.llm.errors.ModelError`."""
        ...

    def stream(self, request: DraftRequest) -> AsyncIterator[str | Draft]:
        """Yield growing pieces of the reply, then the checked `Draft` as the last item."""
        ...

    async def prepare(self) -> None:
        """Load what the first draft would otherwise wait for."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


def no_draft(drafter: Drafter, request: DraftRequest, error: ModelError) -> Draft:
    """Say that this drafter has nothing to send, why, and what it was paid."""
    return Draft(
        reply="",
        confidence=0.0,
        citations=[],
        abstained=True,
        findings=[str(error)],
        language=request.classification.language,
        provider=drafter.provider,
        model=drafter.model,
        usage=error.usage,
        cost_usd=error.cost_usd,
        latency_ms=0,
    )
