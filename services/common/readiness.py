"""Readiness of the embedding provider, asked rarely where asking costs money."""

import time

from services.common.embeddings import Embedder

_GOOD_FOR_SECONDS = 60.0


class EmbedderCheck:
    """A check for `/ready`: embeds one word, at most once a minute while it goes well."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._good_until = 0.0

    async def __call__(self) -> None:
        """Raise `EmbeddingsUnavailable` when the provider is away."""
        if time.monotonic() < self._good_until:
            return
        await self._embedder.embed(["ready"])
        self._good_until = time.monotonic() + _GOOD_FOR_SECONDS
