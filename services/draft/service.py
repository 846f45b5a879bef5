"""Draft with the first provider that answers; the ticket is a human's where none does."""

from collections.abc import AsyncIterator, Sequence

import structlog

from services.common.llm.errors import ModelError
from services.common.llm.spending import Spending, spending
from services.contracts import Draft, DraftRequest
from services.draft.drafter import Drafter, no_draft

logger = structlog.get_logger(__name__)


class DraftService:
    """Tries `drafters` in order; the last one's error is the service's."""

    def __init__(self, drafters: Sequence[Drafter]) -> None:
        self._drafters = drafters

    async def draft(self, request: DraftRequest) -> Draft:
        """Return the first draft that a provider gives, with what all that were asked cost.

        Raises `ModelError` where none answers, and none of them was paid: asking again may help,
        and nobody forgets a bill. What was paid for and cannot be used is a ticket for a human.
        """
        with spending() as spent:
            try:
                draft = await self._first_draft(request)
            except ModelError as error:
                if spent.is_nothing:
                    raise
                draft = no_draft(self._drafters[-1], request, error)
        draft = spent.on(draft)
        _log(draft)
        return draft

    async def _first_draft(self, request: DraftRequest) -> Draft:
        for position, drafter in enumerate(self._drafters):
            try:
                return await drafter.draft(request)
            except ModelError as error:
                self._note_failure(drafter, error, position)
        raise AssertionError("there is always a first drafter")

    async def stream(self, request: DraftRequest) -> AsyncIterator[str | Draft]:
        """Yield pieces of the reply, then the draft, with what all that were asked cost.

        A provider that fails after its first piece is not replaced: the reader has seen that text.
        """
        spent = Spending()
        for position, drafter in enumerate(self._drafters):
            begun = False
            try:
                async for piece in drafter.stream(request):
                    begun = True
                    if isinstance(piece, Draft):
                        spent.add(piece.usage, piece.cost_usd)
                        piece = spent.on(piece)
                        _log(piece)
                    yield piece
                return
            except ModelError as error:
                if begun:
                    raise
                spent.add(error.usage, error.cost_usd)
                self._note_failure(drafter, error, position)

    def _note_failure(self, drafter: Drafter, error: ModelError, position: int) -> None:
        logger.warning("drafter_failed", provider=drafter.provider, code=error.code)
        if position == len(self._drafters) - 1:
            raise error


def _log(draft: Draft) -> None:
    logger.info(
        "drafted",
        provider=draft.provider,
        model=draft.model,
        abstained=draft.abstained,
        citations=len(draft.citations),
        latency_ms=draft.latency_ms,
        cost_usd=draft.cost_usd,
    )
