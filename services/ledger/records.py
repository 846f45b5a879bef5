"""What executions claim and report: claims, events and outcomes."""

from typing import Any

import structlog

from services.common.database import Database
from services.contracts import ClaimRequest, EventKind, EventRequest, OutcomeRequest
from services.contracts.ledger_answers import (
    Claim,
    ClaimList,
    EndedBy,
    EventRecorded,
    OutcomeRecorded,
    TurnState,
)
from services.contracts.ledger_failures import (
    WebhookFailure,
    WebhookFailureRequest,
    WebhookFailures,
)
from services.ledger import (
    store,
    store_erasure,
    store_failures,
    store_history,
    store_leases,
    store_records,
    store_restore,
)
from services.ledger.errors import AlreadyClaimed, LeaseLost, UnknownTicket
from services.ledger.events import event_row, without_words
from services.ledger.service import Inbox
from services.ledger.settings import LedgerSettings
from services.ledger.store import Turn

logger = structlog.get_logger(__name__)


class Records:
    """Claims, events and outcomes of tickets."""

    def __init__(self, database: Database, settings: LedgerSettings, inbox: Inbox) -> None:
        self._database = database
        self._settings = settings
        self._inbox = inbox

    async def claim(self, ticket_id: str, request: ClaimRequest) -> Claim:
        """Claim an action on the helpdesk; raises `AlreadyClaimed` where it was, `LeaseLost`.

        The execution that made a claim gets it again as long as it is not confirmed: it repeats
        the call because the answer was lost, and has not acted yet. The claim to tell agents of a
        ticket (`announce`) lapses unless it is confirmed: who has it next looks before writing.
        """
        async with self._database.connection() as connection:
            turn = await _turn_of(connection, ticket_id, request.execution_id)
            await _check_lease(connection, turn, request.execution_id)
            claim, is_new = await store_records.insert_claim(
                connection, ticket_id, turn.turn, request
            )
            await store_leases.renew_lease(connection, turn.id, self._settings.lease_seconds)
        mine = request.execution_id is not None and claim.execution_id == request.execution_id
        if not is_new and not (mine and not claim.confirmed):
            logger.warning("claim_refused", action=request.action, confirmed=claim.confirmed)
            raise AlreadyClaimed(claim)
        logger.info("claimed", action=request.action, confirmed=claim.confirmed)
        return claim

    async def record(self, ticket_id: str, request: EventRequest) -> EventRecorded:
        """Append an event and do what it says: confirm a claim, take a failed run back, …"""
        async with self._database.connection() as connection:
            turn = await _turn_of(connection, ticket_id, request.execution_id)
            ticket_json = await store_history.ticket_json(connection, turn.id)
            row = event_row(request, ticket_json)
            if await store_erasure.is_erased(connection, turn.id):
                row = without_words(row)
            event_id, repeated = await store_records.insert_event(
                connection, ticket_id, turn.turn, row
            )
            if request.kind is EventKind.DECIDED and not repeated:
                await store_records.note_decision(connection, ticket_id, turn.turn, row)
            confirmed = await _settle_claim(connection, ticket_id, request)
            await self._apply(connection, turn, request)
        logger.info("event_recorded", kind=request.kind.value, repeated=repeated)
        return EventRecorded(event_id=event_id, repeated=repeated, claim_confirmed=confirmed)

    async def _apply(self, connection: Any, turn: Turn, request: EventRequest) -> None:
        found = request.detail.get("found")
        if request.kind is EventKind.POSTED and found in ("reply", "note"):
            await self._inbox.end_as_found(connection, turn, found)
        if request.kind is EventKind.WORKFLOW_FAILED and request.execution_id:
            await self._inbox.fail_execution(connection, turn, request.execution_id)
        if request.kind is EventKind.REVIEW_APPLIED:
            review_id = request.detail.get("review_id")
            if isinstance(review_id, int) and 0 < review_id < 2**63:
                await store_records.note_review_applied(connection, turn.ticket_id, review_id)

    async def outcome(self, ticket_id: str, request: OutcomeRequest) -> OutcomeRecorded:
        """Append what became of a ticket; the same kind and key again changes nothing."""
        async with self._database.connection() as connection:
            turn = await store.lock_newest_turn(connection, ticket_id, request.turn)
            if turn is None:
                raise UnknownTicket(f"No ticket '{ticket_id}'.")
            outcome_id, recorded = await store_records.insert_outcome(
                connection, ticket_id, turn.turn, request, request.at
            )
        logger.info("outcome_recorded", kind=request.kind.value, recorded=recorded)
        return OutcomeRecorded(outcome_id=outcome_id, recorded=recorded)

    async def webhook_failed(self, request: WebhookFailureRequest) -> WebhookFailure:
        """Keep the form of a webhook that could not be taken in, for a human to look at."""
        async with self._database.connection() as connection:
            failure = await store_failures.add(connection, request)
        logger.warning(
            "webhook_not_taken_in", source=request.source, step=request.step, times=failure.times
        )
        return failure

    async def webhook_failures(
        self, source: str | None, limit: int, offset: int
    ) -> WebhookFailures:
        """List webhooks that could not be taken in, the latest first."""
        async with self._database.connection() as connection:
            failures, total = await store_failures.latest(connection, source, limit, offset)
        return WebhookFailures(failures=failures, total=total)

    async def claims(
        self, confirmed: bool | None, older_than: float, limit: int, offset: int
    ) -> ClaimList:
        """List claims, oldest first; `older_than` in seconds."""
        async with self._database.connection() as connection:
            claims, total = await store_records.list_claims(
                connection, confirmed, older_than, limit, offset
            )
        return ClaimList(claims=claims, total=total)


async def _turn_of(connection: Any, ticket_id: str, execution_id: str | None) -> Turn:
    """Return the locked turn that an execution works on, or else the newest of the ticket."""
    turn = None
    if execution_id is not None:
        turn = await store.lock_turn_of_execution(connection, execution_id, ticket_id)
    turn = turn or await store.lock_newest_turn(connection, ticket_id)
    if turn is None:
        raise UnknownTicket(f"No ticket '{ticket_id}'.")
    return turn


async def _check_lease(connection: Any, turn: Turn, execution_id: str | None) -> None:
    """Refuse an execution that does not hold the turn, be it not any more or never.

    One that could not begin, because the ledger was away then, must not act: its turn is handed
    out again when the lease has run out. Once a turn has ended, other workflows may act.
    """
    if execution_id is None:
        return
    if not await store.has_begun(connection, turn.id, execution_id):
        is_open = turn.state in (TurnState.WAITING, TurnState.LEASED)
        if is_open or await store_restore.ended_by_restore(connection, turn.id):
            raise LeaseLost(f"Execution {execution_id} did not begin to work on turn {turn.turn}.")
        return
    gone = turn.state in (TurnState.WAITING, TurnState.SUPERSEDED)
    if gone or turn.ended_by is EndedBy.LEDGER or turn.execution_id != execution_id:
        raise LeaseLost(f"Execution {execution_id} does not hold turn {turn.turn} any more.")


async def _settle_claim(connection: Any, ticket_id: str, request: EventRequest) -> bool | None:
    """Confirm the claim that the event names; None where it names none."""
    if request.claim_key is None:
        return None
    if request.kind is EventKind.POST_FAILED:
        await store_records.note_claim_failed(connection, ticket_id, request.claim_key)
        return False
    if request.kind is EventKind.POSTED:
        return await store_records.confirm_claim(connection, ticket_id, request.claim_key)
    return None
