"""Deletes what customers wrote from the ledger: on request, after a time, and after a restore."""

import json
from typing import Any

import structlog

from services.common.database import Database
from services.contracts import Effect, Reason
from services.contracts.privacy import Erased, ErasedQuotes
from services.ledger import store_erasure
from services.ledger.errors import UnknownRequester

logger = structlog.get_logger(__name__)

_REASON = Reason(
    rule=store_erasure.ERASED,
    detail="The requester's data was deleted here; answer in the helpdesk.",
    effect=Effect.REQUIRE_HUMAN,
)


class Erasure:
    """What was said in tickets goes; their ids, turns, routes, times and hashes stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, requester: str) -> Erased:
        """Erase all tickets of a requester; the same call again finds the same tickets.

        Raises
        ------
        UnknownRequester
            Where the ledger never had a ticket of this id or e-mail address.
        """
        async with self._database.connection() as connection:
            ticket_ids = await store_erasure.tickets_of(connection, requester)
            if not ticket_ids:
                raise UnknownRequester("No ticket is of this requester: give the id or address.")
            words = await store_erasure.words_of(connection, ticket_ids)
            words = sorted({*words, requester.lower()})
            await store_erasure.remember_forgotten(connection, words)
            await _erase(connection, ticket_ids)
        logger.info("requester_forgotten", tickets=len(ticket_ids))
        return Erased(ticket_ids=ticket_ids, words=words)

    async def expire(self, days: int) -> Erased:
        """Erase tickets on which nothing happened for so many days; 0 erases none.

        Named are also those of the last seven days, so that a caller who failed half way can
        delete elsewhere what belongs to them.
        """
        if days == 0:
            return Erased(ticket_ids=[], words=[])
        async with self._database.connection() as connection:
            ticket_ids = await store_erasure.tickets_older_than(connection, days)
            recent = await store_erasure.recently_erased(connection)
            await _erase(connection, ticket_ids)
        logger.info("tickets_expired", tickets=len(ticket_ids), days=days)
        return Erased(ticket_ids=sorted({*ticket_ids, *recent}), words=[])

    async def forget_quotes(self, correction_ids: list[str]) -> ErasedQuotes:
        """Take what other tickets' events repeat of deleted corrections out of them."""
        async with self._database.connection() as connection:
            events = await store_erasure.erase_quotes(connection, correction_ids)
        return ErasedQuotes(events=events)


async def forget_again(connection: Any) -> Erased:
    """Erase what a restored back-up brought back of people who were forgotten since."""
    ticket_ids = await store_erasure.tickets_of_the_forgotten(connection)
    words = await store_erasure.words_of(connection, ticket_ids)
    await _erase(connection, ticket_ids)
    return Erased(ticket_ids=ticket_ids, words=words)


async def _erase(connection: Any, ticket_ids: list[str]) -> None:
    if ticket_ids:
        reason = json.dumps([_REASON.model_dump(mode="json")])
        await store_erasure.erase(connection, ticket_ids, reason)
