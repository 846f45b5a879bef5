"""A real llmock server with the vendors' cache counters, and models that talk to it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer
from pydantic import BaseModel, Field

from services.common.llm import Effort, ModelSettings, Prompt, Provider, build_model
from services.common.llm.pricing import PriceList
from services.common.llm.protocol import ChatModel
from tests.common.llm.prompt_cache import PromptCache

MODELS = {Provider.ANTHROPIC: "claude-haiku-5-5", Provider.OPENAI: "gpt-5.4-nano"}
VENDORS = list(MODELS)


class Mood(StrEnum):
    CALM = "calm"
    CROSS = "cross"


class Note(BaseModel):
    """What the models of these tests answer."""

    summary: str = Field(max_length=100)
    mood: Mood
    score: float = Field(ge=0, le=1)
    seen: list[str] = []


GOOD = '{"summary": "A sensor is offline.", "mood": "calm", "score": 0.5, "seen": []}'
SYSTEM = "You summarise support tickets in one sentence.\n" + "Be brief, kind and exact. " * 120
"""Long enough to be cached."""


@pytest.fixture(scope="session")
def llmock_server() -> Iterator[LLMockServer]:
    server = LLMockServer()
    server.app.add_middleware(PromptCache)
    with server:
        yield server


@pytest.fixture
def settings(llmock: LLMock) -> ModelSettings:
    """Both vendors point at llmock (its fixture sets the standard variables)."""
    return ModelSettings()


MakeModel = Callable[..., ChatModel]


@pytest.fixture
async def make_model(settings: ModelSettings) -> AsyncIterator[MakeModel]:
    async with AsyncExitStack() as stack:

        def make(vendor: Provider, *, effort: Effort | None = "low", **changes: Any) -> ChatModel:
            changed = settings.model_copy(update=changes)
            model = build_model(vendor, MODELS[vendor], changed, PriceList.load(), effort=effort)
            stack.push_async_callback(model.close)
            return model

        yield make


def prompt(user: str = "My sensor is offline.", **changes: Any) -> Prompt[Note]:
    return Prompt(SYSTEM, user, Note, **{"max_tokens": 300, **changes})
