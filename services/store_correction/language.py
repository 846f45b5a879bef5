"""Which language an answer was given in: it is quoted to customers of that language only."""

import asyncio

import structlog

from services.common.languages import UNKNOWN, certain_language
from services.store_correction.store import CorrectionStore

logger = structlog.get_logger(__name__)

_AT_ONCE = 500


def language_of(ticket_text: str, resolution: str) -> str:
    """The resolution's language, with the ticket's help where it is short; `und` if uncertain."""
    both = f"{resolution}\n{ticket_text}"
    return certain_language(resolution) or certain_language(both) or UNKNOWN


async def tell_languages(store: CorrectionStore) -> None:
    """Note the language of every correction that was stored before languages were."""
    told = 0
    while rows := await store.without_language(_AT_ONCE):
        languages = await asyncio.to_thread(
            lambda found: {
                row["id"]: language_of(row["ticket_text"], row["human_resolution"]) for row in found
            },
            rows,
        )
        await store.set_languages(languages)
        told += len(languages)
    if told:
        logger.info("correction_languages_told", corrections=told)
