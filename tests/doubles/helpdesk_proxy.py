"""A proxy in front of the helpdesk's API that misbehaves on demand, before or after storing."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_NOT_PASSED_ON = {"host", "content-length", "transfer-encoding", "connection"}
_START_SECONDS = 30.0
_HELPDESK_SECONDS = 120.0


@dataclass(frozen=True)
class Trouble:
    """How a matching request fares.

    `stored` says whether the helpdesk gets it, although its caller is told otherwise; `status` is
    what the caller is told, None where nobody answers for `hang_seconds`.
    """

    status: int | None = None
    stored: bool = False
    retry_after: int | None = None
    hang_seconds: float = 0.0
    methods: frozenset[str] = frozenset(_METHODS)
    path: str = "/api/"
    times: int | None = None
    """So many requests of each ticket; None is without end."""


class HelpdeskProxy:
    """Serves `url` and passes everything on to `target`, unless there is trouble."""

    def __init__(self, target: str) -> None:
        self.struck = 0
        self._lock = threading.Lock()
        self._target = target
        self._trouble: Trouble | None = None
        self._tries: dict[bytes, int] = {}
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(routes=[Route("/{path:path}", self._pass_on, methods=_METHODS)])
        config = uvicorn.Config(app, log_level="warning", lifespan="off")
        self._server = uvicorn.Server(config)
        sockets = {"sockets": [self._socket]}
        self._thread = threading.Thread(target=self._server.run, kwargs=sockets, daemon=True)

    def start(self) -> Self:
        """Serve until this process ends, or `stop` is called."""
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            assert time.monotonic() < deadline, "the proxy did not start"
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        """Serve no longer."""
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()

    @contextmanager
    def in_trouble(self, trouble: Trouble) -> Iterator[None]:
        """Misbehave meanwhile."""
        self._tries.clear()
        self._trouble = trouble
        try:
            yield
        finally:
            self._trouble = None

    async def _pass_on(self, request: Request) -> Response:
        body = await request.body()
        trouble = self._strikes(request, body)
        if trouble is None:
            return await self._asked(request, body)
        if trouble.stored:
            await self._asked(request, body)
        if trouble.hang_seconds:
            await _until(request, trouble.hang_seconds)
        wait = {"Retry-After": str(trouble.retry_after)} if trouble.retry_after else {}
        return Response("trouble", trouble.status or 504, headers=wait)

    def _strikes(self, request: Request, body: bytes) -> Trouble | None:
        trouble = self._trouble
        with self._lock:
            if trouble is None or request.method not in trouble.methods:
                return None
            if not request.url.path.startswith(trouble.path):
                return None
            key = request.url.path.encode() + body
            if trouble.times is not None and self._tries.get(key, 0) >= trouble.times:
                return None
            self._tries[key] = self._tries.get(key, 0) + 1
            self.struck += 1
            return trouble

    async def _asked(self, request: Request, body: bytes) -> Response:
        headers = {k: v for k, v in request.headers.items() if k not in _NOT_PASSED_ON}
        url = f"{self._target}{request.url.path}"
        async with httpx.AsyncClient(timeout=_HELPDESK_SECONDS, trust_env=False) as client:
            try:
                answer = await client.request(
                    request.method, url, params=request.query_params, content=body, headers=headers
                )
            except httpx.HTTPError:
                return Response("the helpdesk is away", 502)
        kind = answer.headers.get("content-type", "application/json")
        return Response(answer.content, answer.status_code, media_type=kind)


async def _until(request: Request, seconds: float) -> None:
    """Keep the caller waiting, at most until it goes away."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not await request.is_disconnected():  # noqa: ASYNC110
        await asyncio.sleep(0.2)
