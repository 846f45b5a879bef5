"""The error tree's root and the one handler that renders every error as a problem document.

DeskloopError
├── NotFound             404
├── Conflict             409
├── Unprocessable        422
├── Unauthenticated      401
├── PayloadTooLarge      413
└── Unavailable          503, with Retry-After
    └── DatabaseUnavailable
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar

import structlog
from asgi_correlation_id import correlation_id
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.contracts import FieldProblem, Problem

logger = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"


class DeskloopError(Exception):
    """An expected error with a stable `code`; its message is shown to the caller."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    retry_after: float | None = None
    """Seconds after which the same call may succeed."""


class NotFound(DeskloopError):
    """The named thing does not exist."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class Conflict(DeskloopError):
    """The call contradicts what was already done."""

    code = "conflict"
    status = HTTPStatus.CONFLICT


class Unprocessable(DeskloopError):
    """The body is well-formed but asks for something that cannot be."""

    code = "unprocessable"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Unauthenticated(DeskloopError):
    """The token is missing or wrong."""

    code = "unauthenticated"
    status = HTTPStatus.UNAUTHORIZED


class PayloadTooLarge(DeskloopError):
    """The body is over the size limit."""

    code = "payload_too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class Unavailable(DeskloopError):
    """Something the service depends on is away; trying again later may help."""

    code = "unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after = 5.0


class DatabaseUnavailable(Unavailable):
    """PostgreSQL does not answer."""

    code = "database_unavailable"


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    retry_after: float | None = None,
    errors: Sequence[FieldProblem] = (),
) -> JSONResponse:
    """Render RFC 9457 problem details; `retry_after` in seconds."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        request_id=correlation_id.get(),
        errors=list(errors),
    )
    headers = {} if retry_after is None else {"Retry-After": str(max(1, round(retry_after)))}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem.model_dump(), status, headers, media_type=PROBLEM_JSON)


def _field_name(location: Sequence[int | str]) -> str:
    parts = list(location)
    if parts and parts[0] in {"body", "query", "path", "header"}:
        parts = parts[1:] or parts
    return ".".join(str(part) for part in parts)


async def _on_deskloop_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DeskloopError)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("request_failed", code=error.code)
    return problem_response(error.status, error.code, str(error), retry_after=error.retry_after)


async def _on_invalid_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [
        FieldProblem(field=_field_name(item["loc"]), message=item["msg"]) for item in error.errors()
    ]
    named = "; ".join(f"{item.field}: {item.message}" for item in fields[:5])
    return problem_response(422, "invalid_request", named, errors=fields)


async def _on_http_exception(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    code = PayloadTooLarge.code if error.status_code == PayloadTooLarge.status else phrase
    response = problem_response(error.status_code, code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _on_unexpected(_: Request, error: Exception) -> JSONResponse:
    logger.error("unexpected_error", error=type(error).__name__, exc_info=error)
    return problem_response(500, DeskloopError.code, "Unexpected error; see the service's log.")


def add_error_handlers(app: FastAPI) -> None:
    """Make every error of `app` a problem document."""
    app.add_exception_handler(DeskloopError, _on_deskloop_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(Exception, _on_unexpected)
