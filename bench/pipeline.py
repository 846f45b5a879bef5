"""Time per ticket, from the inbox to the verdict, from the ledger's and n8n's own clocks."""

import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from threading import Lock
from typing import Any

import httpx

from bench.spread import spread
from local.demo.tickets import load_tickets
from local.settings import LocalSettings
from local.workflows.client import N8nClient, N8nError
from local.workflows.settings import DeploySettings

Json = dict[str, Any]

_PATIENCE_SECONDS = 180.0
_LOOK_SECONDS = 0.25
_WARM_UP = 3
_EXECUTION_SECONDS = 5.0
_NOT_FOUND = 404
_NOTHING_KEPT = (
    "n8n keeps no executions, in which the steps are timed: set "
    "LOCAL_N8N_SAVE_SUCCESSFUL=all in .env, then `make down up`"
)
_numbers = count(1)

STEPS = {
    "Start this attempt": "start (ledger)",
    "Classify the ticket": "classify",
    "Apply the rules": "apply rules",
    "Retrieve help and corrections": "retrieve",
    "Draft a reply": "draft",
    "Check the draft": "check draft",
    "Send automatically": "post and finish",
    "Ask a human to review": "post and finish",
    "Hand to a human": "post and finish",
}
"""Nodes of `Triage incoming ticket`, and the step each of them is."""


class BenchError(RuntimeError):
    """The system does not run, or a ticket got no end; the text says which."""


@dataclass(frozen=True)
class Measured:
    """One ticket: seconds to the verdict and to the end, and milliseconds of each step."""

    route: str
    models: list[str]
    verdict_seconds: float
    end_seconds: float
    steps: dict[str, float]


def measure(
    settings: LocalSettings, environment: dict[str, str], tickets: int, at_once: int
) -> Json:
    """File `tickets` questions, `at_once` of them under way at any time; returns the measures.

    Raises
    ------
    BenchError
        Where n8n keeps no executions, the helpdesk or the ledger does not answer, or a ticket gets
        no end in three minutes.
    """
    if settings.n8n_save_successful != "all":
        raise BenchError(_NOTHING_KEPT)
    clock = _Clock(settings, environment)
    try:
        # what is loaded by the first tickets after a start is not what later ones wait for
        for number in range(_WARM_UP):
            clock.one(number)
        started = time.monotonic()
        with ThreadPoolExecutor(at_once) as pool:
            found = list(pool.map(clock.one, range(tickets)))
        seconds = time.monotonic() - started
        return _summary([clock.measured(*each) for each in found], seconds)
    except httpx.HTTPError as error:
        raise BenchError(f"{type(error).__name__}: is everything up? See `make status`") from error
    finally:
        clock.close()


class _Clock:
    """Files questions in the helpdesk and reads what the ledger and n8n noted about them."""

    def __init__(self, settings: LocalSettings, environment: dict[str, str]) -> None:
        limits = httpx.Timeout(30.0)
        token = {"Authorization": f"Bearer {environment['DESKLOOP_TOKEN']}"}
        self._ledger = httpx.Client(
            base_url=settings.service_url("ledger"), headers=token, timeout=limits, trust_env=False
        )
        self._helpdesk = httpx.Client(
            base_url=settings.helpdesk_url,
            auth=("deskloop", settings.helpdesk_bot_password.get_secret_value()),
            timeout=limits,
            trust_env=False,
        )
        self._n8n = N8nClient(DeploySettings())
        self._lock = Lock()
        self._open: set[str] = set()
        self._asked_at = 0.0
        self._questions = [t for t in load_tickets() if t.kind == "answerable"]

    def close(self) -> None:
        """Give the connections back."""
        self._ledger.close()
        self._helpdesk.close()

    def one(self, number: int) -> tuple[str, Json]:
        """File one question and wait for its end; returns the ticket's id and its history."""
        question = self._questions[number % len(self._questions)]
        body = {
            "queue": 1,
            "title": question.subject,
            "description": question.text,
            "priority": 3,
            # a customer each: the third ask of the same question would go to a human
            "submitter_email": f"bench-{time.time_ns()}-{next(_numbers)}@example.org",
        }
        filed = self._helpdesk.post("/api/tickets/", json=body).raise_for_status().json()
        ticket_id = f"django-helpdesk:{filed['id']}"
        return ticket_id, self._end(ticket_id)

    def _end(self, ticket_id: str) -> Json:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
            if ticket_id in self._open_tickets():
                continue
            answer = self._ledger.get(f"/tickets/{ticket_id}")
            if answer.is_success and answer.json()["turns"][0]["state"] == "finished":
                return dict(answer.json())
        raise BenchError(f"{ticket_id} got no end within {_PATIENCE_SECONDS:.0f} s")

    def _open_tickets(self) -> set[str]:
        """Ask once for all who wait, so that watching costs the ledger next to nothing."""
        with self._lock:
            if time.monotonic() - self._asked_at > _LOOK_SECONDS:
                query: dict[str, str | int] = {"state": "open", "limit": 100}
                inbox = self._ledger.get("/inbox", params=query).raise_for_status().json()
                self._open = {entry["ticket_id"] for entry in inbox["tickets"]}
                self._asked_at = time.monotonic()
            return self._open

    def measured(self, ticket_id: str, history: Json) -> Measured:
        """Turn a ticket's history into numbers."""
        turn = history["turns"][0]
        decided = [event for event in history["events"] if event["kind"] == "decided"]
        if not decided:
            raise BenchError(f"{ticket_id} was ended without a decision")
        registered = _at(turn["registered_at"])
        return Measured(
            route=turn["route"],
            models=decided[0]["models"],
            verdict_seconds=_at(decided[0]["at"]) - registered,
            end_seconds=_at(turn["finished_at"]) - registered,
            steps={
                "wait for n8n": self._waited(history) * 1000,
                **self._steps(decided[0]["execution_id"]),
            },
        )

    def _waited(self, history: Json) -> float:
        """Seconds from the inbox until n8n had begun with the ticket."""
        started = history["attempts"][0]["started_at"]
        return _at(started) - _at(history["turns"][0]["registered_at"])

    def _steps(self, execution_id: str) -> dict[str, float]:
        """Milliseconds of each step as n8n timed its nodes."""
        deadline = time.monotonic() + _EXECUTION_SECONDS
        while True:
            execution = self._execution(execution_id)
            # n8n writes an execution down a moment after its last node
            if execution["finished"] or time.monotonic() > deadline:
                break
            time.sleep(_LOOK_SECONDS)
        runs = (execution.get("data") or {}).get("resultData", {}).get("runData", {})
        return {
            step: float(sum(run["executionTime"] for run in runs[node]))
            for node, step in STEPS.items()
            if node in runs
        }

    def _execution(self, execution_id: str) -> Json:
        try:
            found: Json = self._n8n.api(
                "GET", f"/executions/{execution_id}", params={"includeData": "true"}
            )
        except N8nError as error:
            if error.status != _NOT_FOUND:
                raise
            raise BenchError(_NOTHING_KEPT) from None
        return found


def _at(time_: str) -> float:
    return datetime.fromisoformat(time_).timestamp()


def _summary(found: list[Measured], seconds: float) -> Json:
    steps: dict[str, list[float]] = defaultdict(list)
    routes: dict[str, int] = defaultdict(int)
    for each in found:
        routes[each.route] += 1
        for name, milliseconds in each.steps.items():
            steps[name].append(milliseconds)
    return {
        "tickets": len(found),
        "tickets_per_minute": round(60 * len(found) / seconds, 1),
        "routes": dict(routes),
        "models": sorted({model for each in found for model in each.models}),
        "to_verdict_seconds": spread([each.verdict_seconds for each in found]),
        "to_end_seconds": spread([each.end_seconds for each in found]),
        "steps_ms": {name: spread(values) for name, values in steps.items()},
    }
