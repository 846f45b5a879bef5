"""The inbox: registers each customer turn once, leases it, and ends it once."""

import random
from collections.abc import Sequence
from typing import Any

import structlog

from services.common.database import Database
from services.contracts import (
    Attempt,
    Author,
    Effect,
    FinishRequest,
    History,
    Reason,
    RegistrationStatus,
    Route,
    Ticket,
    TicketRegistered,
)
from services.contracts.ledger_answers import (
    EndedBy,
    ExecutionFailed,
    ExecutionFailedRequest,
    Finished,
    TurnState,
)
from services.ledger import queue, store, store_leases, store_records, store_restore
from services.ledger.asks import asked, dictionary, same_ask
from services.ledger.errors import AlreadyFinished, LeaseLost, NotStarted, UnknownTicket
from services.ledger.settings import LedgerSettings
from services.ledger.store import Turn

logger = structlog.get_logger(__name__)

OVER_CAPACITY = "over_capacity"
MACHINE_FAILED = "machine_failed"
CLAIM_UNCONFIRMED = "claim_unconfirmed"


def turn_number(ticket: Ticket) -> int:
    """Return how many messages the customer has written, the ticket's body included."""
    return 1 + sum(turn.author is Author.CUSTOMER for turn in ticket.thread)


class Inbox:
    """What becomes of a customer turn, from registration to its end."""

    def __init__(self, database: Database, settings: LedgerSettings) -> None:
        self._database = database
        self._settings = settings

    async def register(self, ticket: Ticket) -> TicketRegistered:
        """Put a ticket into the inbox; the same turn again, or an older one, is a duplicate."""
        turn = turn_number(ticket)
        async with self._database.connection() as connection:
            newest = await store.lock_ticket(connection, ticket)
            if turn <= newest:
                over = await store.is_over_capacity(connection, ticket.id, turn)
                depth = await store.queue_depth(connection)
                status = RegistrationStatus.DUPLICATE
            else:
                over, depth = await self._take_in(connection, ticket, turn, newest)
                status = RegistrationStatus.REPLY if newest else RegistrationStatus.NEW
        logger.info("ticket_registered", status=status.value, turn=turn, over_capacity=over)
        return TicketRegistered(
            ticket_id=ticket.id, status=status, turn=turn, queue_depth=depth, over_capacity=over
        )

    async def _take_in(
        self, connection: Any, ticket: Ticket, turn: int, newest: int
    ) -> tuple[bool, int]:
        """Queue a new turn, or hand it to a human above the limit; returns which, and the depth."""
        if turn > 1:
            await store.supersede_open(connection, ticket.id)
        depth = await store.queue_depth(connection)
        turn_id = await store.insert_turn(
            connection, ticket, turn, asked(ticket), dictionary(ticket)
        )
        if turn > newest + 1 or newest == 0:
            missed = await store_restore.missed(connection, ticket.created_at)
            if missed is not None:
                reason = store_restore.restored_reason(missed)
                await _end_by_ledger(connection, turn_id, Route.HUMAN, reason.rule, reason.detail)
                return False, depth
        if depth < self._settings.queue_limit:
            await queue.enqueue_turn(connection, turn_id)
            return False, depth + 1
        await store.mark_over_capacity(connection, turn_id)
        detail = f"{depth} tickets were waiting for the machine, which is the limit."
        await _end_by_ledger(connection, turn_id, Route.HUMAN, OVER_CAPACITY, detail)
        return True, depth

    async def start_attempt(
        self, ticket_id: str, execution_id: str, turn_number: int | None
    ) -> Attempt:
        """Give an n8n execution the lease, or tell it to stop; the same one may ask again."""
        async with self._database.connection() as connection:
            turn = await store.lock_newest_turn(connection, ticket_id)
            if turn is None:
                raise UnknownTicket(f"No ticket '{ticket_id}'.")
            history, similar_asks = await _history(connection, turn)
            began_earlier = await store.began_earlier(connection, turn, execution_id)
            refusal = _refusal(turn, execution_id, turn_number or began_earlier)
            if refusal is None and turn.execution_id is None:
                await store_leases.bind_execution(
                    connection, turn, execution_id, self._settings.lease_seconds, similar_asks
                )
        reason = refusal or ("repeated" if turn.execution_id else "started")
        logger.info("attempt_started", proceed=refusal is None, reason=reason, turn=turn.turn)
        return Attempt(
            attempt=turn.attempt, proceed=refusal is None, reason=reason, history=history
        )

    async def finish(self, ticket_id: str, request: FinishRequest) -> Finished:
        """End a turn, once; a route that differs from the first one is refused."""
        async with self._database.connection() as connection:
            turn = await _turn_to_finish(connection, ticket_id, request.execution_id)
            repeated = await self._finish(connection, turn, request)
            review_id = await store_records.review_of_turn(connection, turn.id)
        state = turn.state if turn.state is TurnState.SUPERSEDED else TurnState.FINISHED
        logger.info("ticket_finished", route=request.route.value, turn=turn.turn, state=state.value)
        return Finished(
            ticket_id=ticket_id,
            turn=turn.turn,
            state=state,
            route=request.route,
            review_id=review_id,
            repeated=repeated,
        )

    async def _finish(self, connection: Any, turn: Turn, request: FinishRequest) -> bool:
        """Write the end; returns whether it was written before."""
        if turn.state is TurnState.SUPERSEDED:
            await store_leases.note_superseded_route(
                connection, turn.id, request.route, request.reasons
            )
            return turn.route is not None
        is_late = turn.ended_by is EndedBy.LEDGER and request.execution_id is not None
        if turn.state is TurnState.FINISHED and not is_late:
            if turn.route is not request.route:
                raise AlreadyFinished(f"Turn {turn.turn} ended as {turn.route}.")
            return True
        await store_leases.end_attempt(connection, turn, "finished")
        await store_leases.finish(
            connection, turn.id, request.route, request.reasons, EndedBy.WORKFLOW
        )
        if request.route is Route.REVIEW:
            await store_records.create_review(connection, turn)
        return False

    async def execution_failed(
        self, execution_id: str, report: ExecutionFailedRequest
    ) -> ExecutionFailed:
        """Take the ticket of a failed n8n execution back; an unknown execution is no error."""
        async with self._database.connection() as connection:
            turn = await store.lock_turn_of_execution(connection, execution_id)
            if turn is None:
                return ExecutionFailed(
                    matched=False, ticket_id=None, turn=None, handed_out_again=False
                )
            again = await self.fail_execution(connection, turn, execution_id)
            await store_records.add_ledger_event(
                connection,
                turn,
                "workflow_failed",
                report.model_dump(exclude_none=True),
                execution_id=execution_id,
            )
        logger.warning("workflow_failed", execution_id=execution_id, handed_out_again=again)
        return ExecutionFailed(
            matched=True, ticket_id=turn.ticket_id, turn=turn.turn, handed_out_again=again
        )

    async def fail_execution(self, connection: Any, turn: Turn, execution_id: str) -> bool:
        """Count the failure where that execution holds the turn; True where it will run again."""
        if turn.state is not TurnState.LEASED or turn.execution_id != execution_id:
            return turn.state is TurnState.WAITING
        return await self.fail_turn(connection, turn, "workflow_failed")

    async def fail_turn(self, connection: Any, turn: Turn, ending: str) -> bool:
        """Count a failed hand-out of a locked turn; True where it will be handed out again.

        What was already done to the helpdesk decides: a confirmed claim ends the turn as decided,
        an unconfirmed one gives it to a human, and so does the last allowed failure.
        """
        await store_leases.end_attempt(connection, turn, ending)
        claims = await store_records.claims_of_turn(connection, turn)
        if any(not claim.confirmed for claim in claims):
            keys = ", ".join(claim.key for claim in claims if not claim.confirmed)
            detail = f"It is not known whether this was done in the helpdesk: {keys}."
            await _end_by_ledger(connection, turn.id, Route.HUMAN, CLAIM_UNCONFIRMED, detail)
            return False
        if claims:
            await _end_as_decided(connection, turn)
            return False
        if turn.failures + 1 >= self._settings.failure_limit:
            detail = f"The machine failed {turn.failures + 1} times; the last time: {ending}."
            await _end_by_ledger(connection, turn.id, Route.HUMAN, MACHINE_FAILED, detail)
            return False
        pause = back_off(self._settings, turn.failures)
        await store_leases.count_failure(connection, turn, pause)
        return True

    async def end_as_found(self, connection: Any, turn: Turn, action: str) -> None:
        """Confirm what the helpdesk shows of an unconfirmed claim, and end its turn as decided.

        The turn had been given to a human only because nobody knew whether it was done.
        """
        claims = await store_records.claims_of_turn(connection, turn)
        unconfirmed = [c for c in claims if c.action == action and not c.confirmed]
        for claim in unconfirmed:
            await store_records.confirm_claim(connection, turn.ticket_id, claim.key)
        if unconfirmed and turn.state is TurnState.FINISHED and turn.route is Route.HUMAN:
            await _end_as_decided(connection, turn)
            logger.info("claim_found_done", ticket_id=turn.ticket_id, action=action)


def back_off(settings: LedgerSettings, failures: int) -> float:
    """Return the pause after a failure in seconds: doubling, with jitter against stampedes."""
    longest = min(settings.retry_max_seconds, settings.retry_base_seconds * 2.0**failures)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311


def _refusal(turn: Turn, execution_id: str, turn_number: int | None) -> str | None:
    """Why an execution may not work on a turn; None where it may.

    `turn_number` is the turn it was started for, where that is known.
    """
    if turn_number is not None and turn_number < turn.turn:
        return "superseded"
    match turn.state:
        case TurnState.FINISHED:
            return "already_finished"
        case TurnState.SUPERSEDED:
            return "superseded"
        case TurnState.WAITING:
            return "lease_expired" if turn.failures else "not_handed_out"
    return None if turn.execution_id in (None, execution_id) else "other_execution"


async def _history(connection: Any, turn: Turn) -> tuple[History, int]:
    own, earlier = await store.earlier_asks(connection, turn.id)
    similar_asks = sum(same_ask(own, ask) for ask in earlier)
    automatic = await store.answered_automatically(connection, turn.ticket_id, turn.turn)
    history = History(similar_asks=similar_asks, turns=turn.turn, answered_automatically=automatic)
    return history, similar_asks


async def _turn_to_finish(connection: Any, ticket_id: str, execution_id: str | None) -> Turn:
    """Return the locked turn that the caller may end."""
    if execution_id is None:
        turn = await store.lock_newest_turn(connection, ticket_id)
        if turn is None:
            raise UnknownTicket(f"No ticket '{ticket_id}'.")
        if turn.state is TurnState.WAITING or not (turn.execution_id or turn.route):
            raise NotStarted(f"No execution works on turn {turn.turn}.")
        return turn
    turn = await store.lock_turn_of_execution(connection, execution_id, ticket_id)
    if turn is None:
        if await store.lock_newest_turn(connection, ticket_id) is None:
            raise UnknownTicket(f"No ticket '{ticket_id}'.")
        raise NotStarted(f"Execution {execution_id} never began to work on this ticket.")
    if turn.state is not TurnState.SUPERSEDED and turn.execution_id != execution_id:
        raise LeaseLost(f"Turn {turn.turn} was given to another execution.")
    if turn.state is TurnState.WAITING:
        raise LeaseLost(f"The lease on turn {turn.turn} ran out; it is handed out again.")
    return turn


async def _end_by_ledger(
    connection: Any, turn_id: int, route: Route, rule: str, detail: str
) -> None:
    reason = Reason(rule=rule, detail=detail, effect=Effect.REQUIRE_HUMAN)
    await store_leases.finish(connection, turn_id, route, [reason], EndedBy.LEDGER)
    logger.warning("ticket_ended_by_ledger", route=route.value, rule=rule)


async def _end_as_decided(connection: Any, turn: Turn) -> None:
    """End a turn whose action on the helpdesk is known to have happened, as the run decided."""
    route, reasons = await store_records.last_decision(connection, turn)
    await store_leases.finish(connection, turn.id, route, _with_note(reasons), EndedBy.LEDGER)
    if route is Route.REVIEW:
        await store_records.create_review(connection, turn)


def _with_note(reasons: Sequence[Reason]) -> list[Reason]:
    note = "The workflow stopped after the helpdesk had accepted its action."
    return [*reasons, Reason(rule="finished_by_ledger", detail=note, effect=Effect.NOTE)]
