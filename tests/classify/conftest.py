"""The classify service over the real SDKs, whose vendors are llmock."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer

from services.classify.main import create_app
from tests.common.llm.prompt_cache import PromptCache

Client = Callable[[FastAPI], AbstractAsyncContextManager[httpx.AsyncClient]]
Service = Callable[[], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture(scope="session")
def llmock_server() -> Iterator[LLMockServer]:
    server = LLMockServer()
    server.app.add_middleware(PromptCache)
    with server:
        yield server


@pytest.fixture
def service(llmock: LLMock, monkeypatch: pytest.MonkeyPatch, client: Client) -> Service:
    """`async with service() as http:`; settings are read from the environment at that moment."""
    monkeypatch.setenv("CLASSIFY_FALLBACK", "none")
    monkeypatch.setenv("DESKLOOP_LLM_MAX_RETRIES", "0")
    monkeypatch.setattr("services.classify.main._warm_up", lambda **_: None)

    @asynccontextmanager
    async def start() -> AsyncIterator[httpx.AsyncClient]:
        async with client(create_app()) as http:
            yield http

    return start


def ticket(body: str = "I was charged twice for order 1234.", **changes: Any) -> dict[str, Any]:
    return {
        "id": "test:1",
        "source": "test",
        "subject": "Charged twice",
        "body": body,
        "requester": {"id": "c1", "email": "ada@example.org", "name": "Ada Byron"},
        "created_at": "2026-11-22T10:00:00Z",
        **changes,
    }


def labels(**changes: Any) -> str:
    return json.dumps(
        {
            "reasoning": "Two charges for one order.",
            "category": "billing",
            "intent": "double_charge",
            "urgency": "medium",
            "sentiment": "neutral",
            "language": "en",
            "requires_human": False,
            "confidence": 0.93,
            **changes,
        }
    )


async def classify(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await http.post("/classify", json={"ticket": ticket(**changes)})
    assert response.status_code == 200, response.text
    result: dict[str, Any] = response.json()
    return result
