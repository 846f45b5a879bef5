"""The services and the helpdesk that the workflows call, in one small server that remembers."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

from local.postgres.embedded import free_port
from services.contracts import (
    AttemptRequest,
    CheckDraftRequest,
    ClaimRequest,
    ClassifyRequest,
    DraftRequest,
    EventRequest,
    FinishRequest,
    OutcomeRequest,
    RegisterTicketRequest,
    RetrieveRequest,
    StoreCorrectionRequest,
    TriageRequest,
    VerifyWebhookRequest,
)
from services.contracts.advice import (
    FitAnswersRequest,
    FitRequest,
    FollowAdviceRequest,
    StoreOutcomesRequest,
)
from services.contracts.help_centre import FinishSyncRequest
from services.contracts.ledger_answers import ExecutionFailedRequest
from tests.workflows import samples

Answer = tuple[int, Any]
BODIES: dict[str, type[BaseModel]] = {
    "attempts": AttemptRequest,
    "events": EventRequest,
    "claims": ClaimRequest,
    "finish": FinishRequest,
    "failed": ExecutionFailedRequest,
    "tickets": RegisterTicketRequest,
    "verify": VerifyWebhookRequest,
    "classify": ClassifyRequest,
    "triage": TriageRequest,
    "retrieve": RetrieveRequest,
    "draft": DraftRequest,
    "check-draft": CheckDraftRequest,
    "corrections": StoreCorrectionRequest,
    "outcomes": OutcomeRequest,
    "/outcomes": StoreOutcomesRequest,
    "refit": FitRequest,
    "fit": FitAnswersRequest,
    "follow": FollowAdviceRequest,
    "syncs": FinishSyncRequest,
}


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)

    @property
    def step(self) -> str:
        """The last word of the path, which says what was asked for."""
        parts = [part for part in self.path.split("/") if part and not part.isdigit()]
        return parts[-1]


@dataclass
class Stubs:
    """Answers as told, `samples.ANSWERS` by default, and remembers every call."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Answer | Callable[[Call], Answer]] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        self.calls.clear()
        self.invalid.clear()
        self.answers = dict(samples.ANSWERS)

    def steps(self) -> list[str]:
        """What was called, in order, each repetition of a failing call left out."""
        said = [call.step for call in self.calls]
        return [step for i, step in enumerate(said) if i == 0 or said[i - 1] != step]

    def bodies(self, step: str) -> list[Any]:
        return [call.body for call in self.calls if call.step == step]

    def event(self, kind: str) -> Any:
        found = [body for body in self.bodies("events") if body["kind"] == kind]
        assert len(found) == 1, f"{len(found)} events '{kind}' in {self.steps()}"
        return found[0]

    def wait_for(self, step: str, count: int = 1, seconds: float = 30) -> list[Any]:
        """Wait until `step` was called `count` times; returns the bodies."""
        deadline = time.monotonic() + seconds
        while len(self.bodies(step)) < count:
            assert time.monotonic() < deadline, f"no {step}: {self.steps()}"
            time.sleep(0.02)
        return self.bodies(step)

    def answer(self, call: Call) -> Answer:
        self._check(call)
        told = self.answers.get(f"{call.method} {call.step}", self.answers.get(call.step))
        assert told is not None, f"nobody told what {call.method} {call.path} answers"
        return told(call) if callable(told) else told

    def _check(self, call: Call) -> None:
        contract = BODIES.get(call.path, BODIES.get(call.step))
        if contract and call.method == "POST":
            try:
                contract.model_validate(call.body)
            except ValidationError as error:
                self.invalid.append(f"{call.path}: {error}")


def _app(stubs: Stubs) -> FastAPI:
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PATCH", "PUT"])
    async def anything(request: Request, path: str) -> Response:
        body = await request.json() if await request.body() else None
        query = dict(request.query_params)
        call = Call(request.method, f"/{path}", body, dict(request.headers), query)
        stubs.calls.append(call)
        status, content = await asyncio.to_thread(stubs.answer, call)
        if isinstance(content, str):
            return Response(content, status, media_type="text/html")
        return Response(status_code=204) if status == 204 else JSONResponse(content, status)

    return app


@contextmanager
def running_stubs() -> Iterator[Stubs]:
    """Serve stubs on a free port in a thread of their own."""
    stubs = Stubs(port=free_port())
    stubs.reset()
    config = uvicorn.Config(_app(stubs), port=stubs.port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield stubs
    server.should_exit = True
    thread.join()
