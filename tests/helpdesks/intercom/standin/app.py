"""Intercom's REST API over an `Account`: authentication, rate limit, and its own description."""

import hmac
import json
import time
from collections.abc import Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.helpdesks.bed.pressure import Next, with_fault
from tests.helpdesks.intercom.standin import articles, conversations, errors
from tests.helpdesks.intercom.standin.description import the_description
from tests.helpdesks.intercom.standin.errors import Refused
from tests.helpdesks.intercom.standin.state import ACCESS_TOKEN, HOST, Account, Json


def create_app(account: Account, owner: Json, changed: Callable[[], None]) -> FastAPI:
    """Return the application; `changed` is called after each call that may have changed things."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.account, app.state.owner = account, owner
    app.include_router(conversations.router)
    app.include_router(articles.router)

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> JSONResponse:
        return JSONResponse(error.body, error.status, headers=error.headers)

    @app.middleware("http")
    async def every_call(request: Request, call_next: Next) -> Response:
        try:
            fault = account.pressure.count(request.method, request.url.path)
            _authenticate(request)
            await _obeys_the_description(account, request)
        except Refused as error:
            return JSONResponse(error.body, error.status, headers=error.headers)
        answer = await with_fault(fault, request, call_next, _refused)
        answer = await _described(account, request, answer)
        answer.headers.update(_rate_limit(account))
        changed()
        return answer

    return app


def _rate_limit(account: Account) -> dict[str, str]:
    """Return what every answer tells of the rate limit."""
    pressure = account.pressure
    return {
        "X-RateLimit-Limit": str(pressure.limit),
        "X-RateLimit-Remaining": str(pressure.remaining),
        "X-RateLimit-Reset": str(int(time.time() + pressure.resets_in)),
    }


async def _obeys_the_description(account: Account, request: Request) -> None:
    headers, query = dict(request.headers), dict(request.query_params)
    path, body = request.url.path, await request.body()
    # the list of articles is paged by parameters of which the description speaks in words only
    if path == "/articles":
        query = {name: v for name, v in query.items() if name not in ("page", "per_page")}
    found = the_description().faults_of_call(request.method, path, query, headers, body)
    if headers.get("intercom-version") != "2.14":
        found += " The call does not say for which version it was written."
    if found:
        account.faults.append(f"{request.method} {path}: {found}")
        raise errors.invalid(found[:500])


async def _described(account: Account, request: Request, answer: Response) -> Response:
    body = await _body_of(answer)
    found = the_description().faults_of_answer(
        request.method, request.url.path, answer.status_code, json.loads(body)
    )
    if found:
        account.faults.append(f"answer {answer.status_code} {request.url.path}: {found}")
    return Response(body, answer.status_code, dict(answer.headers), "application/json")


async def _body_of(answer: Response) -> bytes:
    if hasattr(answer, "body_iterator"):
        return b"".join([part async for part in answer.body_iterator])
    return bytes(answer.body)


def _refused(status: int) -> Response:
    error = errors.too_many_requests(1) if status == 429 else errors.failed(status)
    return JSONResponse(error.body, error.status, headers=error.headers)


def _authenticate(request: Request) -> None:
    if request.headers["host"].partition(":")[0] != HOST:
        raise errors.not_found("Host")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not hmac.compare_digest(token, ACCESS_TOKEN):
        raise errors.unauthorized()
