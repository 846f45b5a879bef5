"""Corrections: what the machine learned, to be searched, mended and taken back."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console import service
from services.console.clients import CorrectionsApi
from services.console.dependencies import Corrections, Html, PageNumber, Rules
from services.console.errors import BackendRefused
from services.console.paging import shown_page
from services.console.sessions import CheckedForm, SignedIn, text_of
from services.contracts import CorrectionDecision, CorrectionDecisionRequest, CorrectionPatch

router = APIRouter(tags=["corrections"])

_PAGE = 25
_SHOW = {
    "": "All",
    "needs_review": "Those to look at",
    "active": "In use",
    "inactive": "Not in use",
}
_PARAMS = {
    "needs_review": {"needs_review": True},
    "active": {"active": True},
    "inactive": {"active": False},
}
CorrectionId = Annotated[str, Path(max_length=64)]
Text = Annotated[str, Query(max_length=200)]


@router.get("/corrections", summary="Search corrections")
async def list_corrections(
    request: Request,
    _: SignedIn,
    corrections: Corrections,
    rules: Rules,
    pages: Html,
    search: Text = "",
    category: Text = "",
    show: Text = "",
    quality: Text = "",
    page: PageNumber = 1,
) -> HTMLResponse:
    """The newest first; a part of the page is answered where only that was asked for."""
    wanted = {"search": search.strip(), "category": category, "quality": quality}
    params = {**wanted, **_PARAMS.get(show, {})}
    shown, categories = await asyncio.gather(
        shown_page(partial(corrections.search, params), page, _PAGE), service.categories(rules)
    )
    is_part = request.headers.get("HX-Request") == "true"
    return pages.render(
        request,
        "corrections_rows.html" if is_part else "corrections.html",
        found=shown.found,
        categories=categories,
        shows=_SHOW,
        chosen={"search": search, "category": category, "show": show, "quality": quality},
        page=shown.number,
        page_size=_PAGE,
    )


@router.get("/corrections/{correction_id}", summary="One correction and its history")
async def show_correction(
    request: Request,
    correction_id: CorrectionId,
    _: SignedIn,
    corrections: Corrections,
    rules: Rules,
    pages: Html,
) -> HTMLResponse:
    """With the one that contradicts it beside it."""
    return await _show(request, correction_id, corrections, rules, pages)


async def _show(
    request: Request,
    correction_id: str,
    corrections: CorrectionsApi,
    rules: Rules,
    pages: Html,
    status: int = 200,
    problem: str | None = None,
    typed: dict[str, str] | None = None,
) -> HTMLResponse:
    """The page; `typed` is what was to be saved and was not."""
    found, changes, categories = await asyncio.gather(
        corrections.get(correction_id),
        corrections.changes(correction_id),
        service.categories(rules),
    )
    other_id = found.contradicted_by or found.duplicate_of
    return pages.render(
        request,
        "correction.html",
        status=status,
        correction=found,
        changes=changes,
        categories=categories,
        other=await corrections.get(other_id) if other_id else None,
        problem=problem,
        shown={"human_resolution": found.human_resolution, "category": found.category}
        | (typed or {}),
    )


@router.post("/corrections/{correction_id}", summary="Edit, deactivate or restore")
async def change_correction(
    request: Request,
    correction_id: CorrectionId,
    user: SignedIn,
    form: CheckedForm,
    corrections: Corrections,
    rules: Rules,
    pages: Html,
) -> Response:
    """What the button says; the history keeps who did it."""
    action, typed = text_of(form, "action"), None
    if action == "save":
        fields = ("human_resolution", "category")
        typed = {name: text_of(form, name) for name in fields if name in form}
    try:
        said = await _change(corrections, correction_id, action, user.name, form)
    except BackendRefused as error:
        if error.http_status not in (409, 422):
            raise
        status, problem = error.http_status, error.detail
        if error.problem_code == "correction_changed":
            problem = "Somebody changed this answer while you wrote. Saving again replaces theirs."
        return await _show(
            request, correction_id, corrections, rules, pages, status, problem, typed
        )
    if said is None:
        return await _show(
            request, correction_id, corrections, rules, pages, 422, "Choose what to do."
        )
    return RedirectResponse(f"/corrections/{correction_id}?said={said}", 303)


async def _change(
    corrections: CorrectionsApi, correction_id: str, action: str, agent: str, form: CheckedForm
) -> str | None:
    """Do what the form asks for; returns what to say then, None where it asks for nothing."""
    if action in ("deactivate", "restore"):
        patch = CorrectionPatch(active=action == "restore")
        await corrections.patch(correction_id, patch, agent)
        return f"{action}d"
    if action == "save":
        resolution, category = text_of(form, "human_resolution").strip(), text_of(form, "category")
        if not resolution:
            raise BackendRefused("console", 422, "empty", "The answer must not be empty.")
        patch = CorrectionPatch(
            human_resolution=resolution,
            category=category or None,
            replaces=text_of(form, "seen") if "seen" in form else None,
        )
        await corrections.patch(correction_id, patch, agent)
        return "saved"
    if action in set(CorrectionDecision):
        request = CorrectionDecisionRequest(decision=CorrectionDecision(action), agent_id=agent)
        await corrections.decide(correction_id, request)
        return "decided"
    return None
