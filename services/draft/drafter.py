"""What every way of drafting must be able to do."""

from collections.abc import AsyncIterator
from typing import Protocol

from services.contracts import Draft, DraftRequest


class Drafter(Protocol):
    """Writes a reply from the given sources only, or abstains and says what it found."""

    provider: str

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
