"""Errors as pages: what happened, in plain words, and what to do now."""

import traceback

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.common.errors import problem_response
from services.console.errors import (
    BackendAway,
    BackendOdd,
    BackendRefused,
    ConsoleError,
    FormExpired,
    NotSignedIn,
)

logger = structlog.get_logger(__name__)

_FOR_MACHINES = ("/health", "/ready", "/metrics", "/docs", "/openapi.json")
_WHO = {
    "ledger": ("The ledger", "It keeps the tickets, drafts and decisions."),
    "rules": ("The rules service", "It keeps what the machine may do for each category."),
    "retrieve": ("The search", "It finds help articles."),
    "store_correction": ("The store of corrections", "It keeps what people taught the machine."),
}


def add_page_handlers(app: FastAPI) -> None:
    """Show errors as pages, but not those of the calls that machines make."""
    app.add_exception_handler(NotSignedIn, _to_log_in)
    app.add_exception_handler(ConsoleError, _console_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    # the common handler hands on what it has answered
    app.exception_handlers.pop(Exception, None)


async def _to_log_in(request: Request, error: Exception) -> Response:
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": "/login?said=out"})
    if request.method != "GET":
        return RedirectResponse("/login?said=out", 303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = request.url_for("log_in_page").include_query_params(next=wanted)
    address = f"{target.path}?{target.query}" if wanted != "/" else "/login"
    return RedirectResponse(address, 303)


async def _console_error(request: Request, error: Exception) -> Response:
    logger.warning("page_failed", code=getattr(error, "code", ""), error=type(error).__name__)
    match error:
        case BackendAway():
            who, does = _WHO.get(error.service, (error.service, ""))
            text = f"{does} Nothing you did is lost that was confirmed. Try again in a moment."
            page = _page(request, 503, f"{who} does not answer", text, again=True)
            page.headers["Retry-After"] = "5"
            return page
        case BackendOdd():
            who, does = _WHO.get(error.service, (error.service, ""))
            text = (
                "Its answer makes no sense to this page. Whoever runs Deskloop should look at it."
            )
            return _page(request, 502, f"{who} has a problem", f"{does} {text}", again=True)
        case BackendRefused(http_status=404):
            return _not_found(request)
        case BackendRefused():
            status = error.http_status if 400 <= error.http_status < 500 else 502
            return _page(request, status, "That is not possible", error.detail)
        case FormExpired():
            text = (
                "It was open for too long, or you logged in again meanwhile. Nothing was changed."
            )
            return _page(request, 403, "This page is out of date", text, again=True)
    return _page(request, 500, "Something went wrong", "It is in the console's log.")


async def _invalid(request: Request, error: Exception) -> Response:
    return (
        _not_found(request)
        if request.method == "GET"
        else _page(request, 422, "That is not possible", "A field of the form is wrong.")
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path in _FOR_MACHINES:
        return problem_response(error.status_code, "http_error", str(error.detail))
    if error.status_code == 404:
        return _not_found(request)
    page = _page(request, error.status_code, "That is not possible", str(error.detail))
    page.headers.update(error.headers or {})
    return page


class LastResort:
    """ASGI middleware: an error nobody expected is a page, and a log line without its message.

    Starlette's own would hand it on to the server, which logs the message: that may repeat what a
    customer wrote.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer 500 where that fails before an answer began."""
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("unexpected_error", error=type(error).__name__, traceback=where)
            if not started and scope["type"] == "http":
                await _failed(Request(scope))(scope, receive, send)


def _failed(request: Request) -> Response:
    if request.url.path in _FOR_MACHINES:
        return problem_response(500, "internal_error", "Unexpected error; see the service's log.")
    return _page(request, 500, "Something went wrong", "It is in the console's log.", again=True)


def _not_found(request: Request) -> HTMLResponse:
    text = "It may have been removed, or the address is wrong."
    return _page(request, 404, "There is nothing here", text)


def _page(
    request: Request, status: int, title: str, text: str, *, again: bool = False
) -> HTMLResponse:
    page: HTMLResponse = request.app.state.pages.render(
        request, "error.html", status=status, title=title, text=text, again=again
    )
    return page
