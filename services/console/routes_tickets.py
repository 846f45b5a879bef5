"""Tickets: which there are, and one followed from the first message to what became of it."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from services.console.dependencies import Html, Ledger, PageNumber
from services.console.errors import BackendRefused
from services.console.paging import shown_page
from services.console.sessions import SignedIn
from services.console.timeline import timeline
from services.contracts.ledger_answers import InboxFilter

router = APIRouter(tags=["tickets"])

_PAGE = 50
_STATES = {
    "": "All tickets",
    "waiting": "Waiting for the machine",
    "leased": "Being worked on",
    "finished": "Finished",
    "handed_to_human_by_ledger": "Given to a person after a failure",
}


@router.get("/tickets", summary="Tickets and where they are")
async def list_tickets(
    request: Request,
    _: SignedIn,
    ledger: Ledger,
    pages: Html,
    state: Annotated[str, Query(max_length=50)] = "",
    find: Annotated[str, Query(max_length=200)] = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """The newest first; `find` opens one by its number or id."""
    if find.strip():
        return await _find(request, ledger, pages, find.strip())
    wanted = state if state in set(InboxFilter) else None
    shown = await shown_page(partial(ledger.inbox, wanted), page, _PAGE)
    context: dict[str, Any] = {
        "state": wanted or "",
        "states": _STATES,
        "page": shown.number,
        "page_size": _PAGE,
    }
    return pages.render(
        request, "tickets.html", inbox=shown.found, find="", missing=False, **context
    )


async def _find(request: Request, ledger: Ledger, pages: Html, find: str) -> HTMLResponse:
    """Show the ticket; a bare number is one of the helpdesk that new tickets come from."""
    newest = await ledger.inbox(None, _PAGE)
    sources = dict.fromkeys(each.ticket_id.partition(":")[0] for each in newest.tickets)
    ids = [find] if ":" in find else [f"{source}:{find.lstrip('#')}" for source in sources]
    for ticket_id in ids:
        try:
            return await _show(request, ledger, pages, ticket_id)
        except BackendRefused as error:
            if error.http_status not in (404, 422):
                raise
    context: dict[str, Any] = {"state": "", "states": _STATES, "page": 1, "page_size": _PAGE}
    return pages.render(
        request, "tickets.html", status=404, inbox=newest, find=find, missing=True, **context
    )


@router.get("/tickets/{ticket_id:path}", summary="One ticket's story")
async def show_ticket(
    request: Request,
    ticket_id: Annotated[str, Path(max_length=200)],
    _: SignedIn,
    ledger: Ledger,
    pages: Html,
) -> HTMLResponse:
    """What happened, oldest first, in words."""
    return await _show(request, ledger, pages, ticket_id)


async def _show(request: Request, ledger: Ledger, pages: Html, ticket_id: str) -> HTMLResponse:
    history = await ledger.ticket(ticket_id)
    return pages.render(request, "ticket.html", history=history, entries=timeline(history))
