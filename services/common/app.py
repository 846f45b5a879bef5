"""The app factory: what the design promises of every service, in one place."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from uuid import uuid4

import structlog
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

from services.common.auth import token_guard
from services.common.body_limit import BodyLimit
from services.common.docs import add_docs
from services.common.errors import add_error_handlers, problem_response
from services.common.logs import configure_logging
from services.common.settings import CommonSettings
from services.contracts import Problem

Check = Callable[[], Awaitable[None]]
"""Raises when a dependency is away."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": description,
        "content": {"application/problem+json": {"schema": Problem.model_json_schema()}},
    }
    for status, description in {
        401: "Missing or wrong token",
        413: "Body over the size limit",
        422: "A field is wrong; `errors` names it",
        503: "A dependency is away; see Retry-After",
    }.items()
}
"""The errors any call may answer with."""


def create_service_app(
    name: str,
    summary: str,
    settings: CommonSettings,
    routers: Sequence[APIRouter],
    *,
    lifespan: Lifespan | None = None,
    checks: Mapping[str, Check] | None = None,
) -> FastAPI:
    """Build service `name`: token, request id, size limit, problem details, health and metrics.

    `checks` are the dependencies that `/ready` asks, by name.
    """
    configure_logging(name, settings.log_level)
    app = FastAPI(
        title=f"Deskloop {name}",
        summary=summary,
        version="1",
        lifespan=_quiet(lifespan),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    guard = Depends(token_guard(settings))
    for router in routers:
        app.include_router(router, dependencies=[guard], responses=ERRORS)
    app.include_router(_health_router(checks or {}))
    _add_metrics(app, [guard], exposed=settings.serve_metrics)
    if settings.serve_docs:
        add_docs(app, [] if settings.open_docs else [guard])
    add_error_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(
        CorrelationIdMiddleware,
        header_name="X-Request-ID",
        validator=lambda value: 0 < len(value) <= 128 and value.isprintable(),
        generator=lambda: uuid4().hex,
    )
    return app


def _quiet(lifespan: Lifespan | None) -> Lifespan:
    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        logger = structlog.get_logger("lifecycle")
        logger.info("started")
        if lifespan is None:
            yield
        else:
            async with lifespan(app):
                yield
        logger.info("stopped")

    return run


def _health_router(checks: Mapping[str, Check]) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/health", summary="The process answers")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/ready", summary="Everything it needs answers", responses={503: ERRORS[503]})
    async def ready() -> JSONResponse:
        away = [name for name, check in checks.items() if not await _answers(check)]
        if away:
            detail = f"Away: {', '.join(away)}."
            return problem_response(503, "not_ready", detail, retry_after=5)
        return JSONResponse({"status": "ready", "checked": list(checks)})

    return router


async def _answers(check: Check) -> bool:
    try:
        await check()
    except Exception as error:
        structlog.get_logger("readiness").warning("not_ready", error=type(error).__name__)
        return False
    return True


def _add_metrics(app: FastAPI, dependencies: list[Any], *, exposed: bool) -> None:
    registry = CollectorRegistry(auto_describe=True)
    instrumentator = Instrumentator(
        registry=registry, excluded_handlers=["/health", "/ready", "/metrics"]
    )
    instrumentator.instrument(app)
    if exposed:
        instrumentator.expose(app, dependencies=dependencies, tags=["operations"])
    app.state.metrics = registry
