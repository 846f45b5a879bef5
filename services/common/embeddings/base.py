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

    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        """Return one unit-length vector per text, in order.

        `known` are the requester's names and addresses, which no provider elsewhere gets to see;
        nor does it see a name in one of `texts` that another of them tells to be one.

        Raises `EmbeddingsUnavailable` when the provider cannot be reached or refuses.
        """
        ...

    async def close(self) -> None:
        """Give connections back; the embedder is not used afterwards."""
        ...
