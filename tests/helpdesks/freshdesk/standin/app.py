"""Freshdesk's REST API, version 2, over an `Account`: authentication, rate limit and our calls."""

import base64
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.helpdesks.bed.pressure import Next, with_fault
from tests.helpdesks.freshdesk.standin import errors, hooks, people, solutions, tickets
from tests.helpdesks.freshdesk.standin.errors import Refused
from tests.helpdesks.freshdesk.standin.state import API_KEY, BOT_EMAIL, HOST, Account, Json


def create_app(account: Account, changed: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the application; `changed` is called after each call that may have changed things."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.account = account
    for router in (tickets.router, people.router, hooks.router, solutions.router):
        app.include_router(router, prefix="/api/v2")

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return _answer(error)

    @app.middleware("http")
    async def every_call(request: Request, call_next: Next) -> Response:
        try:
            fault = account.pressure.count(request.method, request.scope["path"])
            request.state.agent = _authenticated(account, request)
        except Refused as error:
            return _answer(error)
        answer = await with_fault(fault, request, call_next, _refused)
        if answer.headers.get("content-type") == "application/json":
            # as Freshdesk says it; without, a client has to guess the encoding
            answer.headers["Content-Type"] = "application/json; charset=utf-8"
        answer.headers["X-RateLimit-Total"] = str(account.pressure.limit)
        answer.headers["X-RateLimit-Remaining"] = str(account.pressure.remaining)
        answer.headers["X-RateLimit-Used-CurrentRequest"] = "1"
        changed()
        return answer

    return app


def _answer(error: Refused) -> Response:
    if error.body is None:
        return Response(status_code=error.status, headers=error.headers)
    return JSONResponse(error.body, error.status, headers=error.headers)


def _refused(status: int) -> Response:
    return _answer(errors.too_many_requests(1) if status == 429 else errors.failed(status))


def _authenticated(account: Account, request: Request) -> Json:
    """Return the agent of the API key, which is the user name; the password does not matter."""
    if request.headers["host"].partition(":")[0] != HOST:
        raise errors.not_found()
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        key, separator, _ = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        raise errors.invalid_credentials() from None
    bot = next(a for a in account.agents.values() if a["contact"]["email"] == BOT_EMAIL)
    if scheme != "Basic" or not separator or key != API_KEY or bot["deactivated"]:
        raise errors.invalid_credentials()
    return bot
