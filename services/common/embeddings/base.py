"""What every embedding provider offers."""

from collections.abc import Sequence
from typing import Protocol


class Embedder(Protocol):
    """Turns texts into vectors that can be compared by cosine; vectors of two models never mix."""

    @property
    def name(self) -> str:
        """`<provider>:<model>`; stored with each vector."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return one unit-length vector per text, in order.

        Raises `EmbeddingsUnavailable` when the provider cannot be reached or refuses.
        """
        ...

    async def close(self) -> None:
        """Give connections back; the embedder is not used afterwards."""
        ...
