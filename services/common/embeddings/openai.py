"""Embeddings from OpenAI or a gateway that speaks its protocol."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import openai

from services.common.embeddings.errors import EmbeddingsUnavailable
from services.common.llm.pricing import PriceList
from services.common.llm.spending import note_spent
from services.contracts import Usage

BATCH = 64
# Below the API's 8,191 tokens also where a character costs more than one token.
_MAX_CHARACTERS = 6_000
# Somewhat more is redacted, so that the cut falls into redacted text.
_MAX_READ = 8_000

Redact = Callable[[Sequence[str], Sequence[str]], list[str]]
"""Takes texts and what is known of the requester, returns the texts without personal data."""


class OpenAIEmbedder:
    """Sends texts, redacted, in batches; retries are the SDK's (two, honouring `Retry-After`)."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        *,
        redact: Redact,
        prices: PriceList,
        model: str = "text-embedding-3-small",
        dimensions: int = 1536,
    ) -> None:
        self.name = f"openai:{model}"
        self.dimensions = dimensions
        self._client = client
        self._redact = redact
        self._prices = prices
        self._model = model

    async def embed(self, texts: Sequence[str], known: Sequence[str] = ()) -> list[list[float]]:
        """Return one unit-length vector per text; raises `EmbeddingsUnavailable`."""
        read = [text[:_MAX_READ] for text in texts]
        hidden = await asyncio.to_thread(self._redact, read, known)
        # The API refuses empty texts. Cut last: half a number is not known for one.
        prepared = [text[:_MAX_CHARACTERS].strip() or "(empty)" for text in hidden]
        vectors: list[list[float]] = []
        for start in range(0, len(prepared), BATCH):
            vectors += await self._embed_batch(prepared[start : start + BATCH])
        return vectors

    async def _embed_batch(self, texts: list[str]) -> list[list[float]]:
        try:
            answer = await self._client.embeddings.create(
                model=self._model, input=texts, **self._shortened()
            )
        except openai.APIStatusError as error:
            raise EmbeddingsUnavailable(
                f"The embedding provider answered {error.status_code}."
            ) from error
        except openai.APIError as error:
            raise EmbeddingsUnavailable("The embedding provider does not answer.") from error
        self._note_spent(answer.usage)
        rows = sorted(answer.data, key=lambda row: row.index)
        return [self._unit(row.embedding) for row in self._complete(rows, len(texts))]

    def _note_spent(self, usage: Any) -> None:
        """Count the dollars alone: tokens that no cache could serve say nothing of its share."""
        # Gateways may leave it out, or send it empty.
        tokens = (usage.prompt_tokens or 0) if usage else 0
        note_spent(Usage(), self._prices.cost(self._model, Usage(input_tokens=tokens)))

    def _shortened(self) -> dict[str, Any]:
        # Only this family can be asked for a length; others refuse the field.
        family = self._model.startswith("text-embedding-3-")
        return {"dimensions": self.dimensions} if family else {}

    def _complete(self, rows: list[Any], expected: int) -> list[Any]:
        if len(rows) != expected:
            raise EmbeddingsUnavailable(
                f"The embedding provider sent {len(rows)} vectors for {expected} texts."
            )
        return rows

    def _unit(self, vector: list[float]) -> list[float]:
        if len(vector) != self.dimensions:
            raise EmbeddingsUnavailable(
                f"{self._model} sent {len(vector)} dimensions where DESKLOOP_EMBEDDINGS_DIMENSIONS "
                f"says {self.dimensions}."
            )
        array = np.asarray(vector, dtype=np.float64)
        norm = float(np.linalg.norm(array))
        return (array / norm).tolist() if norm > 0 else vector

    async def close(self) -> None:
        """Close the HTTP connections."""
        await self._client.close()
