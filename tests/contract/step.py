"""Which step is checked, how it is called, and what its calls take and give."""

from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import BaseModel

from services.contracts import (
    Classification,
    CorrectionStored,
    Draft,
    DraftCheck,
    Evidence,
    Problem,
    Triage,
)
from tests.contract import bodies


@dataclass(frozen=True)
class Call:
    """One call of a step: its path, a valid body, and the type of the answer."""

    path: str
    body: dict[str, Any]
    answer: type[BaseModel]
    text: tuple[str, ...]
    """Where in the body a customer's free text stands."""


@dataclass(frozen=True)
class UnderTest:
    """The step behind `url`."""

    step: str
    url: str
    token: str
    timeout: float = 60.0


_TICKET_BODY = ("ticket", "body")

STEPS: dict[str, list[Call]] = {
    "classify": [Call("/classify", bodies.CLASSIFY, Classification, _TICKET_BODY)],
    "rules": [
        Call("/triage", bodies.TRIAGE, Triage, _TICKET_BODY),
        Call("/check-draft", bodies.CHECK_DRAFT, DraftCheck, _TICKET_BODY),
    ],
    "retrieve": [Call("/retrieve", bodies.RETRIEVE, Evidence, _TICKET_BODY)],
    "draft": [Call("/draft", bodies.DRAFT, Draft, _TICKET_BODY)],
    "store_correction": [
        Call("/corrections", bodies.STORE_CORRECTION, CorrectionStored, ("ticket_text",))
    ],
}

_chosen: list[UnderTest] = []


def set_under_test(chosen: UnderTest) -> None:
    """Say which step the checks are about."""
    _chosen[:] = [chosen]


def under_test() -> UnderTest:
    """The step the checks are about."""
    return _chosen[0]


def calls() -> list[Call]:
    """The calls of the step that is checked."""
    return STEPS[under_test().step]


def post(path: str, body: Any = None, **options: Any) -> httpx.Response:
    """POST `body` as JSON with the token; `options` are httpx's."""
    step = under_test()
    headers = {"Authorization": f"Bearer {step.token}", **options.pop("headers", {})}
    if body is not None:
        options["json"] = body
    return httpx.post(f"{step.url}{path}", headers=headers, timeout=step.timeout, **options)


def get(path: str) -> httpx.Response:
    """GET without a token."""
    step = under_test()
    return httpx.get(f"{step.url}{path}", timeout=step.timeout)


def answered(response: httpx.Response, answer: type[BaseModel]) -> Any:
    """The answer, after checking status and shape."""
    assert response.is_success, f"expected 2xx, got {response.status_code}: {response.text[:300]}"
    kind = response.headers.get("content-type", "")
    assert kind.startswith("application/json"), f"expected application/json, got '{kind}'"
    return answer.model_validate_json(response.content)


def refused(response: httpx.Response, status: int) -> Problem:
    """The problem details, after checking status and media type."""
    assert response.status_code == status, (
        f"expected {status}, got {response.status_code}: {response.text[:300]}"
    )
    kind = response.headers.get("content-type", "").split(";")[0]
    assert kind == "application/problem+json", f"expected application/problem+json, got '{kind}'"
    problem = Problem.model_validate_json(response.content)
    assert problem.status == status, f"`status` in the body is {problem.status}"
    assert problem.code, "`code` is empty"
    return problem
