"""Deletes the corrections that hold what a customer wrote, and looks at their neighbours anew."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from services.common.database import Database
from services.contracts.privacy import ErasedCorrections
from services.store_correction import store_erasure
from services.store_correction.store import Changes, CorrectionStore

logger = structlog.get_logger(__name__)

Settle = Callable[[Changes, str], Awaitable[None]]


class CorrectionErasure:
    """`settle` finds out whether a correction repeats or contradicts those that are left."""

    def __init__(self, database: Database, store: CorrectionStore, settle: Settle) -> None:
        self._database = database
        self._store = store
        self._settle = settle

    async def forget(self, ticket_ids: Sequence[str], words: Sequence[str]) -> ErasedCorrections:
        """Delete the corrections of these tickets, and those that contain one of the words."""
        async with self._database.connection() as connection:
            found = await store_erasure.find(connection, ticket_ids, words)
        ids = [correction_id for correction_id, _ in found]
        categories = [category for _, category in found]
        async with self._store.changing(categories, "privacy") as change:
            affected = [other for one in ids for other in await change.release(one)]
            await change.delete_for_good(ticket_ids, words, ids)
            for other in dict.fromkeys(affected):
                if other not in ids:
                    await self._settle(change, other)
        logger.info("corrections_forgotten", corrections=len(ids))
        return ErasedCorrections(correction_ids=ids)
