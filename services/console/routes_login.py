"""Logging in and out."""

from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.access import Access, Gate
from services.console.dependencies import Html
from services.console.sessions import CheckedForm, Sessions, SignedIn, checked_form, text_of

logger = structlog.get_logger(__name__)
router = APIRouter(tags=["log-in"])

_OUT = "You are logged out."


@router.get("/login", summary="The log-in page")
async def log_in_page(request: Request, pages: Html) -> HTMLResponse:
    """Says why, where somebody was logged out."""
    target = inside(request.query_params.get("next", "/"))
    notice = _OUT if request.query_params.get("said") == "out" else None
    return pages.render(request, "login.html", next=target, problem=None, name="", notice=notice)


@router.post("/login", summary="Log in")
async def log_in(request: Request, pages: Html) -> Response:
    """Check name and password; too many wrong ones from an address have to wait."""
    form = await checked_form(request)
    access: Access = request.app.state.access
    gate: Gate = request.app.state.gate
    sessions: Sessions = request.app.state.sessions
    name, target = text_of(form, "name").strip(), inside(text_of(form, "next"))
    address = request.client.host if request.client else "unknown"

    def again(status: int, problem: str) -> HTMLResponse:
        context = {"next": target, "problem": problem, "name": name, "notice": None}
        return pages.render(request, "login.html", status=status, **context)

    if wait := gate.wait(address):
        page = again(429, f"Too many wrong log-ins. Please wait {round(wait / 60) or 1} min.")
        page.headers["Retry-After"] = str(round(wait) or 1)
        return page
    gate.begun(address)
    if not await access.check(name, text_of(form, "password")):
        logger.warning("login_failed")
        return again(401, "Name or password is wrong.")
    gate.right(address)
    sessions.begin(request, name)
    logger.info("logged_in")
    return RedirectResponse(target, 303)


@router.post("/logout", summary="Log out")
async def log_out(request: Request, _: CheckedForm) -> Response:
    """Forget who it was."""
    request.session.clear()
    return RedirectResponse("/login?said=out", 303)


@router.get("/", summary="The first page")
async def first_page(_: SignedIn) -> Response:
    """Reviews are what waits for people."""
    return RedirectResponse("/reviews", 303)


def inside(target: str) -> str:
    """Return `target` where it is a page of ours, else the first page."""
    try:
        parts = urlsplit(target)
    except ValueError:  # brackets that hold no address
        return "/"
    odd = parts.scheme or parts.netloc or "\\" in target or not target.isprintable()
    if odd or not target.startswith("/") or target.startswith(("//", "/login", "/logout")):
        return "/"
    return target
