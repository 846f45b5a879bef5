"""The next step of a turn or of a decided review, decided under a lock in the database."""

from typing import Protocol

import structlog

from services.common.database import Database
from services.contracts.ledger_answers import ReviewState, TurnState
from services.ledger import store, store_leases, store_reviews
from services.ledger.service import Inbox, back_off
from services.ledger.settings import LedgerSettings
from services.ledger.steps import Deliver, Done, Later, Step, Wait

logger = structlog.get_logger(__name__)


class Leases(Protocol):
    """What is handed out under a lease; `number` is the turn's or the review's id."""

    async def next_step(self, number: int, unclear: bool) -> Step:
        """Decide what to do now.

        `unclear`: n8n did not answer the last hand-out, so that it may not have received it.
        """
        ...

    async def undelivered(self, number: int) -> None:
        """Take a hand-out back that n8n did not receive; it does not count as a failure."""
        ...

    async def refused(self, number: int) -> None:
        """Count a failure: n8n answered that it will never take this."""
        ...


class TurnLeases:
    """Leases on customer turns."""

    def __init__(self, database: Database, settings: LedgerSettings, inbox: Inbox) -> None:
        self._database = database
        self._settings = settings
        self._inbox = inbox

    async def next_step(self, number: int, unclear: bool) -> Step:
        """Wait for the holder, count its lease as failed, or take the lease."""
        async with self._database.connection() as connection:
            turn = await store.lock_turn(connection, number)
            if turn is None or turn.state in (TurnState.FINISHED, TurnState.SUPERSEDED):
                return Done()
            if turn.lease_is_valid:
                return Wait(turn.lease_seconds_left)
            if turn.state is TurnState.LEASED:
                if unclear and turn.execution_id is None:
                    await store_leases.give_lease_back(connection, turn)
                else:
                    logger.warning("lease_expired", ticket_id=turn.ticket_id, turn=turn.turn)
                    await self._inbox.fail_turn(connection, turn, "expired")
                return Wait(0)
            if turn.pause_seconds_left > 0:
                return Later(turn.pause_seconds_left)
            ticket, attempt = await store_leases.take_lease(
                connection, number, self._settings.lease_seconds
            )
        logger.info("handed_out", ticket_id=ticket.id, turn=turn.turn, attempt=attempt)
        return Deliver(
            {
                "ticket_id": ticket.id,
                "attempt": attempt,
                "turn": turn.turn,
                "ticket": ticket.model_dump(mode="json"),
            }
        )

    async def undelivered(self, number: int) -> None:
        """Let the turn wait again, unless an execution has begun to work on it after all."""
        async with self._database.connection() as connection:
            turn = await store.lock_turn(connection, number)
            if turn and turn.state is TurnState.LEASED and turn.execution_id is None:
                await store_leases.give_lease_back(connection, turn)

    async def refused(self, number: int) -> None:
        """Count a failure of the turn."""
        async with self._database.connection() as connection:
            turn = await store.lock_turn(connection, number)
            if turn and turn.state is TurnState.LEASED:
                await self._inbox.fail_turn(connection, turn, "refused")


class DecisionLeases:
    """Leases on reviews that were decided and are to be carried out by n8n."""

    def __init__(self, database: Database, settings: LedgerSettings) -> None:
        self._database = database
        self._settings = settings

    async def next_step(self, number: int, unclear: bool) -> Step:
        """Wait for n8n's word that it was carried out, or hand it out (again)."""
        async with self._database.connection() as connection:
            due = await store_reviews.lock_decision(connection, number)
            if due is None or due.state is not ReviewState.DECIDED or due.is_applied:
                return Done()
            if due.lease_seconds_left > 0:
                return Wait(due.lease_seconds_left)
            if due.is_leased:
                return await self._expired(connection, number, due.attempt, unclear)
            if due.pause_seconds_left > 0:
                return Later(due.pause_seconds_left)
            body = await store_reviews.take_lease(connection, number, self._settings.lease_seconds)
        logger.info("decision_handed_out", review_id=number, attempt=body["attempt"])
        return Deliver(body)

    async def _expired(self, connection: object, number: int, attempt: int, unclear: bool) -> Step:
        if unclear:
            await store_reviews.give_lease_back(connection, number)
            return Wait(0)
        if attempt >= self._settings.failure_limit:
            logger.error("decision_not_applied", review_id=number, attempts=attempt)
            await store_reviews.mark_apply_failed(connection, number)
            return Done()
        pause = back_off(self._settings, attempt - 1)
        await store_reviews.pause(connection, number, pause)
        return Later(pause)

    async def undelivered(self, number: int) -> None:
        """Take the hand-out back."""
        async with self._database.connection() as connection:
            await store_reviews.give_lease_back(connection, number)

    async def refused(self, number: int) -> None:
        """Let the lease run out now, which counts."""
        async with self._database.connection() as connection:
            await store_reviews.expire_lease(connection, number)
