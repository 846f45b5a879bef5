"""The quality check: some automatic answers of a day, judged without knowing how sure it was."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.clients import LedgerApi
from services.console.dependencies import Html, Ledger
from services.console.errors import BackendRefused
from services.console.sessions import CheckedForm, SignedIn, text_of
from services.contracts import OutcomeKind, OutcomeRequest
from services.contracts.ledger_answers import QaItem

router = APIRouter(tags=["quality"])

_LABELS = {"right", "wrong"}
_AT_ONCE = 8


@router.get("/quality", summary="Automatic answers to judge, blind")
async def quality(
    request: Request,
    _: SignedIn,
    ledger: Ledger,
    pages: Html,
    day: Annotated[date | None, Query()] = None,
) -> HTMLResponse:
    """Of yesterday, or of a day; nothing on the page says how sure the machine was."""
    chosen = day or (datetime.now(UTC) - timedelta(days=1)).date()
    sample = await ledger.qa_sample(chosen)
    judged = await _judged(ledger, chosen, sample.items)
    waiting = [item for item, label in zip(sample.items, judged, strict=True) if label is None]
    return pages.render(
        request,
        "quality.html",
        day=chosen,
        today=datetime.now(UTC).date(),
        sample=sample,
        item=waiting[0] if waiting else None,
        done=len(sample.items) - len(waiting),
        wrong=judged.count("wrong"),
    )


async def _judged(ledger: LedgerApi, day: date, items: list[QaItem]) -> list[str | None]:
    """Return how each was judged in the sample of that day; None where nobody did."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def label(item: QaItem) -> str | None:
        async with gate:
            outcomes = (await ledger.ticket(item.ticket_id)).outcomes
        key = _key(day, item.turn)
        return next((each.label for each in outcomes if each.key == key), None)

    return list(await asyncio.gather(*(label(item) for item in items)))


@router.post("/quality", summary="Judge one answer")
async def judge(user: SignedIn, form: CheckedForm, ledger: Ledger) -> Response:
    """Right or wrong, once; only what is in the sample of the day can be judged."""
    ticket_id, label = text_of(form, "ticket_id"), text_of(form, "label")
    day, turn = _day_of(text_of(form, "day")), text_of(form, "turn")
    sample = await ledger.qa_sample(day)
    known = {(item.ticket_id, str(item.turn)) for item in sample.items}
    if label not in _LABELS or (ticket_id, turn) not in known:
        raise BackendRefused("console", 422, "invalid", "Choose right or wrong.")
    detail = {"sample": day.isoformat(), "agent_id": user.name, "turn": int(turn)}
    note = text_of(form, "note").strip()[:1000]
    request = OutcomeRequest(
        kind=OutcomeKind.LABEL,
        key=_key(day, int(turn)),
        turn=int(turn),
        label=label,
        detail=detail | ({"note": note} if note else {}),
    )
    await ledger.outcome(ticket_id, request)
    return RedirectResponse(f"/quality?day={day.isoformat()}&said=labelled", 303)


def _day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BackendRefused("console", 422, "invalid", "That is no day.") from None


def _key(day: date, turn: int) -> str:
    return f"sample-{day.isoformat()}-turn-{turn}"
