"""Zendesk's REST API over an `Account`: authentication, rate limit and the calls we need."""

import base64
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.helpdesks.bed.pressure import Next, with_fault
from tests.helpdesks.zendesk.standin import errors, guide, hooks, tickets
from tests.helpdesks.zendesk.standin.errors import Refused
from tests.helpdesks.zendesk.standin.state import API_TOKEN, HOST, Account, Json


def create_app(account: Account, changed: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the application; `changed` is called after each call that may have changed things."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.account = account
    for router in (tickets.router, guide.router, hooks.router):
        app.include_router(router, prefix="/api/v2")

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return JSONResponse(error.body, error.status, headers=error.headers)

    @app.middleware("http")
    async def every_call(request: Request, call_next: Next) -> Response:
        request.scope["path"] = request.scope["path"].removesuffix(".json")
        try:
            fault = account.pressure.count(request.method, request.scope["path"])
            request.state.user = _authenticated(account, request)
        except Refused as error:
            return JSONResponse(error.body, error.status, headers=error.headers)
        answer = await with_fault(fault, request, call_next, _refused)
        answer.headers["X-Rate-Limit"] = str(account.pressure.limit)
        answer.headers["X-Rate-Limit-Remaining"] = str(account.pressure.remaining)
        changed()
        return answer

    return app


def _refused(status: int) -> Response:
    error = errors.too_many_requests(1) if status == 429 else errors.failed(status)
    return JSONResponse(error.body, error.status, headers=error.headers)


def _authenticated(account: Account, request: Request) -> Json:
    """Return the user of `<e-mail>/token:<API token>`; raises the 401 of Zendesk."""
    if request.headers["host"].partition(":")[0] != HOST:
        raise errors.not_found()
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, token = base64.b64decode(encoded).decode().rpartition(":")
    except ValueError:
        raise errors.not_authenticated() from None
    email, _, way = name.partition("/")
    user = account.user_of(email)
    if scheme != "Basic" or way != "token" or token != API_TOKEN or user is None:
        raise errors.not_authenticated()
    if user["role"] == "end-user":
        raise errors.forbidden()
    return user
