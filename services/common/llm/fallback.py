"""Several models as one: the next is asked where one fails, and failing ones are left alone."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OPENED, OpenedState

from services.common.llm.errors import (
    ModelAnswerInvalid,
    ModelError,
    ModelRefused,
    ModelRejected,
    ModelTruncated,
    ModelUnavailable,
)
from services.common.llm.protocol import Answer, ChatModel, Completion, Prompt
from services.common.llm.settings import ModelSettings

logger = structlog.get_logger(__name__)

NEXT = (ModelUnavailable, ModelRejected, ModelAnswerInvalid)
"""After these another model may do better; a refusal or a cut-off answer is for a human."""

_SHARE = 0.6
"""Of the time that is left, what a model gets that is not the last one."""


class FallbackModel:
    """A `ChatModel` over an ordered list of them, with a circuit breaker around each."""

    def __init__(
        self,
        models: Sequence[ChatModel],
        settings: ModelSettings,
        answer_seconds: float = math.inf,
    ) -> None:
        """Have `models` answer within `answer_seconds` together, whatever the first ones do."""
        self._models = list(models)
        self._answer_seconds = answer_seconds
        self._breakers = AsyncCircuitBreakerFactory(
            default_threshold=settings.breaker_failures,
            default_ttl=settings.breaker_seconds,
            exclude=[
                ModelRejected,
                ModelAnswerInvalid,
                ModelRefused,
                ModelTruncated,
                asyncio.CancelledError,
                GeneratorExit,
            ],
        )
        self.provider = self._models[0].provider
        self.model = self._models[0].model

    async def complete(self, prompt: Prompt[Answer]) -> Completion[Answer]:
        """See `ChatModel.complete`; the cost includes what failed attempts were billed for."""
        failures: list[ModelError] = []
        ends = time.monotonic() + self._answer_seconds
        for position, model in enumerate(self._models):
            try:
                async with self._guarded(model), self._in_time(ends, position):
                    completion = await model.complete(prompt)
                return _with_cost(completion, failures)
            except NEXT as error:
                _log(model, error)
                failures.append(error)
        raise _told(failures)

    async def stream(self, prompt: Prompt[Answer]) -> AsyncIterator[str | Completion[Answer]]:
        """See `ChatModel.stream`; once a piece is out, a failure is final."""
        failures: list[ModelError] = []
        begun = False
        for model in self._models:
            try:
                async with self._guarded(model):
                    async for item in model.stream(prompt):
                        begun = True
                        yield _with_cost(item, failures) if isinstance(item, Completion) else item
                return
            except NEXT as error:
                _log(model, error)
                if begun:
                    raise
                failures.append(error)
        raise _told(failures)

    async def check(self) -> None:
        """Raise `ModelUnavailable` while every model is left alone because it kept failing."""
        waits = [await self._seconds_to_wait(model) for model in self._models]
        if all(wait > 0 for wait in waits):
            raise _left_alone(self._models[0], min(waits))

    async def close(self) -> None:
        """See `ChatModel.close`."""
        for model in self._models:
            await model.close()

    @asynccontextmanager
    async def _in_time(self, ends: float, position: int) -> AsyncIterator[None]:
        """Give a model its share of the time that is left; the last one gets all of it."""
        left = max(0.0, ends - time.monotonic())
        is_last = position == len(self._models) - 1
        try:
            async with asyncio.timeout(
                None if left == math.inf else left if is_last else left * _SHARE
            ):
                yield
        except TimeoutError:
            model = self._models[position]
            raise ModelUnavailable(f"{model.provider} took too long to answer.") from None

    @asynccontextmanager
    async def _guarded(self, model: ChatModel) -> AsyncIterator[None]:
        breaker = await self._breakers.get_breaker(_circuit(model))
        try:
            async with breaker:
                yield
        except OpenedState:
            raise _left_alone(model, await self._seconds_to_wait(model)) from None

    async def _seconds_to_wait(self, model: ChatModel) -> float:
        breaker = await self._breakers.get_breaker(_circuit(model))
        if breaker.context.state != OPENED or breaker.context.opened_at is None:
            return 0.0
        return breaker.context.opened_at + breaker.context.ttl - time.time()


def _circuit(model: ChatModel) -> str:
    return f"{model.provider}:{model.model}"


def _left_alone(model: ChatModel, wait: float) -> ModelUnavailable:
    error = ModelUnavailable(f"{model.provider} kept failing; it is tried again soon.")
    error.retry_after = max(wait, 1.0)
    return error


def _with_cost(completion: Completion[Answer], failures: list[ModelError]) -> Completion[Answer]:
    wasted = sum(failure.cost_usd for failure in failures)
    return replace(completion, cost_usd=completion.cost_usd + wasted)


def _told(failures: list[ModelError]) -> ModelError:
    """Of a chain's failures the one that is passed on: rather one where trying later helps."""
    passing = [failure for failure in failures if isinstance(failure, ModelUnavailable)]
    told = (passing or failures)[-1]
    return told.billed(told.usage, sum(failure.cost_usd for failure in failures))


def _log(model: ChatModel, error: ModelError) -> None:
    logger.warning(
        "model_failed", provider=model.provider, model=model.model, code=error.code, why=str(error)
    )
