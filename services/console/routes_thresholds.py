"""Thresholds: what each category may do by itself, and what another threshold would have done."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console import policy_form, service
from services.console.clients import LedgerApi, RulesApi
from services.console.dependencies import Html, Ledger, Rules
from services.console.errors import BackendRefused, ConsoleError
from services.console.pages import Pages
from services.console.sessions import CheckedForm, SignedIn, text_of
from services.contracts.ledger_simulation import Simulation

router = APIRouter(tags=["thresholds"])

_LOOK_BACK = timedelta(days=7)
_EVENTS = 10
_STEPS = (0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95)
Category = Annotated[str, Path(max_length=200)]


@router.get("/thresholds", summary="Every category's policy")
async def list_policies(request: Request, _: SignedIn, rules: Rules, pages: Html) -> HTMLResponse:
    """In words, with what each language has earned, and the presets below."""
    found, states = await asyncio.gather(rules.policies(), rules.autonomy())
    context: dict[str, Any] = {"policies": found.policies, "presets": found.presets}
    return pages.render(request, "thresholds.html", states=states, **context)


@router.post("/thresholds", summary="Give every category a preset's values")
async def apply_preset(user: SignedIn, form: CheckedForm, rules: Rules) -> Response:
    """Replaces what was set by hand."""
    await rules.apply_preset(text_of(form, "preset"), user.name)
    return RedirectResponse("/thresholds?said=preset", 303)


@router.get("/thresholds/{category}", summary="One category's policy")
async def show_policy(
    request: Request, category: Category, _: SignedIn, rules: Rules, ledger: Ledger, pages: Html
) -> HTMLResponse:
    """With a table of what other thresholds would have sent last week."""
    return await _show(request, category, rules, ledger, pages)


@router.get("/thresholds/{category}/preview", summary="What a threshold would have sent")
async def preview(
    request: Request,
    category: Category,
    _: SignedIn,
    ledger: Ledger,
    pages: Html,
    send_threshold: Annotated[float, Query(ge=0, le=100)],
) -> HTMLResponse:
    """In one sentence, while somebody moves the slider; `send_threshold` in percent."""
    found = await _simulate(ledger, send_threshold / 100, category)
    return pages.render(request, "thresholds_preview.html", simulation=found)


@router.post("/thresholds/{category}", summary="Change one category's policy")
async def change_policy(
    request: Request,
    category: Category,
    user: SignedIn,
    form: CheckedForm,
    rules: Rules,
    ledger: Ledger,
    pages: Html,
) -> Response:
    """Holds from the next decision on."""
    known = await service.policy(rules, category)
    if crossed := policy_form.crossed(form, known, user.name):
        return await _show(request, category, rules, ledger, pages, crossed)
    try:
        await rules.put_policy(category, policy_form.as_policy(form, known, user.name))
    except policy_form.Wrong as wrong:
        return await _show(request, category, rules, ledger, pages, wrong.problems, wrong.values)
    except BackendRefused as error:
        if error.problem_code == "policy_changed":
            known = await service.policy(rules, category)
            crossed = policy_form.crossed(form, known, user.name) or [error.detail]
            return await _show(request, category, rules, ledger, pages, crossed)
        if error.http_status != 422:
            raise
        return await _show(request, category, rules, ledger, pages, [error.detail])
    return RedirectResponse(f"{request.url.path}?said=saved", 303)


async def _show(
    request: Request,
    category: str,
    rules: RulesApi,
    ledger: LedgerApi,
    pages: Pages,
    problems: list[str] | None = None,
    typed: dict[str, Any] | None = None,
) -> HTMLResponse:
    policy, table = await asyncio.gather(service.policy(rules, category), _table(ledger, category))
    advice, states, events = await asyncio.gather(
        rules.advice(category), rules.autonomy(), rules.autonomy_events(category, _EVENTS)
    )
    context: dict[str, Any] = {
        "policy": policy,
        "advice": advice,
        "states": [state for state in states if state.category == category],
        "events": events,
        "shown": policy.model_copy(update=typed or {}),
        "table": table,
        "problems": problems or [],
    }
    status = 422 if problems else 200
    return pages.render(request, "threshold.html", status=status, **context)


async def _table(ledger: LedgerApi, category: str) -> list[Simulation] | None:
    """Return what each threshold would have sent; None where the ledger is away."""
    try:
        return list(await asyncio.gather(*(_simulate(ledger, each, category) for each in _STEPS)))
    except ConsoleError:
        return None


async def _simulate(ledger: LedgerApi, threshold: float, category: str) -> Simulation:
    until = datetime.now(UTC)
    return await ledger.simulation(threshold, category, until - _LOOK_BACK, until)
