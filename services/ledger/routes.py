"""The calls of the workflows: verify, register, work on, claim, report and finish."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.common.counters import LanguageCounter
from services.common.errors import PROBLEM_JSON, Unprocessable
from services.common.logs import bind_ticket
from services.contracts import (
    Attempt,
    AttemptRequest,
    ClaimRequest,
    EventKind,
    EventRequest,
    FinishRequest,
    OutcomeRequest,
    Problem,
    RegisterTicketRequest,
    TicketRegistered,
    VerifyWebhookRequest,
)
from services.contracts.ledger import SignedWebhook, SignWebhookRequest
from services.contracts.ledger_answers import (
    Claim,
    EventRecorded,
    ExecutionFailed,
    ExecutionFailedRequest,
    Finished,
    OutcomeRecorded,
)
from services.contracts.ledger_failures import (
    WebhookFailure,
    WebhookFailureRequest,
    WebhookFailures,
)
from services.ledger.errors import AlreadyClaimed
from services.ledger.ledger import LedgerDependency
from services.ledger.parameters import (
    ExecutionId,
    Limit,
    Offset,
    Source,
    TicketId,
    plausible,
    problems,
)

router = APIRouter(tags=["workflows"])

_UNKNOWN = "The ticket was never registered"


@router.post(
    "/webhooks/verify",
    status_code=204,
    response_class=Response,
    summary="Whether a webhook is genuine and fresh",
)
async def verify_webhook(body: VerifyWebhookRequest, ledger: LedgerDependency) -> None:
    """204 where it is; 401 with `invalid_signature`, `stale_webhook` or `unknown_source`."""
    ledger.verifier.verify(body)


@router.post("/webhooks/sign", summary="Sign what a workflow sends to the generic webhook")
async def sign_webhook(body: SignWebhookRequest, ledger: LedgerDependency) -> SignedWebhook:
    """HMAC-SHA256 over `<timestamp>.<body>`, as `POST /webhooks/verify` expects it."""
    return ledger.verifier.sign(body)


@router.post(
    "/webhooks/failures", status_code=201, summary="Record a webhook that could not be taken in"
)
async def webhook_failed(body: WebhookFailureRequest, ledger: LedgerDependency) -> WebhookFailure:
    """Keeps its form, never its words; the same again is counted."""
    return await ledger.records.webhook_failed(body)


@router.get("/webhooks/failures", summary="Webhooks that could not be taken in, the latest first")
async def webhook_failures(
    ledger: LedgerDependency,
    source: Source | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> WebhookFailures:
    """For a human: what a helpdesk sent that the workflows do not understand."""
    return await ledger.records.webhook_failures(source, limit, offset)


@router.post("/tickets", summary="Put a ticket into the inbox")
async def register_ticket(
    body: RegisterTicketRequest, ledger: LedgerDependency
) -> TicketRegistered:
    """Idempotent per source, external id and customer turn."""
    bind_ticket(body.ticket.id)
    return await ledger.inbox.register(body.ticket)


@router.post(
    "/tickets/{ticket_id:path}/attempts",
    summary="An execution asks whether it may work on the ticket",
    responses=problems(_404=_UNKNOWN),
)
async def start_attempt(
    ticket_id: TicketId, body: AttemptRequest, ledger: LedgerDependency
) -> Attempt:
    """`proceed` false means: stop, quietly."""
    bind_ticket(ticket_id)
    return await ledger.inbox.start_attempt(ticket_id, body.execution_id, body.turn)


@router.post(
    "/tickets/{ticket_id:path}/finish",
    summary="The ticket has reached its end",
    responses=problems(_404=_UNKNOWN, _409="Another route, no lease any more, or nobody started"),
)
async def finish_ticket(
    ticket_id: TicketId, body: FinishRequest, ledger: LedgerDependency
) -> Finished:
    """Ends the lease; the same route again changes nothing."""
    bind_ticket(ticket_id)
    return await ledger.inbox.finish(ticket_id, body)


@router.post(
    "/tickets/{ticket_id:path}/claims",
    status_code=201,
    response_model=Claim,
    summary="Claim an action before doing it to the helpdesk",
    responses=problems(_404=_UNKNOWN, _409="It was claimed before, or the lease is lost"),
)
async def claim_action(
    ticket_id: TicketId, body: ClaimRequest, ledger: LedgerDependency
) -> Claim | JSONResponse:
    """Each key once per ticket; a 409 `already_claimed` says when, and whether it is confirmed."""
    bind_ticket(ticket_id)
    try:
        return await ledger.records.claim(ticket_id, body)
    except AlreadyClaimed as error:
        return _already_claimed(error)


def _already_claimed(error: AlreadyClaimed) -> JSONResponse:
    problem = Problem(title="Conflict", status=409, detail=str(error), code=error.code)
    claim = error.claim.model_dump(mode="json", include={"claimed_at", "confirmed", "confirmed_at"})
    return JSONResponse(problem.model_dump() | claim, 409, media_type=PROBLEM_JSON)


@router.post(
    "/tickets/{ticket_id:path}/events",
    status_code=201,
    summary="Record a decision or an action",
    responses=problems(_404=_UNKNOWN),
)
async def record_event(
    ticket_id: TicketId, body: EventRequest, ledger: LedgerDependency, request: Request
) -> EventRecorded:
    """Append-only; the same body of the same execution is recorded once."""
    bind_ticket(ticket_id)
    recorded = await ledger.records.record(ticket_id, body)
    if body.kind is EventKind.DECIDED and not recorded.repeated:
        counter: LanguageCounter = request.app.state.decided
        language = body.classification.language if body.classification else None
        counter.count(language, route=body.route.value if body.route else "none")
    return recorded


@router.post(
    "/tickets/{ticket_id:path}/outcomes",
    status_code=201,
    summary="Record what became of a ticket",
    responses=problems(_404=_UNKNOWN),
)
async def record_outcome(
    ticket_id: TicketId, body: OutcomeRequest, ledger: LedgerDependency
) -> OutcomeRecorded:
    """CSAT, reopened, customer replied, solved, or a label; once per kind and key."""
    bind_ticket(ticket_id)
    if body.at is not None:
        try:
            plausible(body.at)
        except ValueError as error:
            raise Unprocessable(f"at: {error}") from None
    return await ledger.records.outcome(ticket_id, body)


@router.post("/executions/{execution_id}/failed", summary="An n8n execution failed")
async def execution_failed(
    execution_id: ExecutionId, body: ExecutionFailedRequest, ledger: LedgerDependency
) -> ExecutionFailed:
    """Hands the ticket it worked on out again, or to a human; unknown executions are no error."""
    return await ledger.inbox.execution_failed(execution_id, body)
