"""The real local model, remembering what it was asked to embed."""

from collections.abc import Sequence
from functools import cache

from services.common.embeddings.local import LocalEmbedder


@cache
def _model() -> LocalEmbedder:
    return LocalEmbedder()


class CountingEmbedder:
    """Loads the model once a run."""

    name = LocalEmbedder.name
    dimensions = LocalEmbedder.dimensions

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        self.asked += texts
        return await _model().embed(texts)

    async def close(self) -> None:
        """The model stays loaded."""
