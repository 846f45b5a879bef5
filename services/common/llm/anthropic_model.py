"""Anthropic's Messages API behind `ChatModel`."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from anthropic import AsyncAnthropic
from anthropic.types import Message

from services.common.llm.answers import RawAnswer, Stopped, completed
from services.common.llm.pricing import PriceList
from services.common.llm.protocol import Answer, Completion, Prompt
from services.common.llm.providers import Effort
from services.common.llm.schemas import anthropic_schema
from services.common.llm.settings import ModelSettings
from services.common.llm.vendor_errors import vendor_errors
from services.contracts import Usage

_STOPPED = {
    "end_turn": Stopped.DONE,
    "stop_sequence": Stopped.DONE,
    "refusal": Stopped.REFUSED,
    "max_tokens": Stopped.TRUNCATED,
    "model_context_window_exceeded": Stopped.TRUNCATED,
}


class AnthropicModel:
    """A Claude model: structured outputs, cached system prefix, no sampling parameters."""

    provider = "anthropic"

    def __init__(
        self,
        model: str,
        settings: ModelSettings,
        prices: PriceList,
        *,
        effort: Effort | None = None,
    ) -> None:
        self.model = model
        self._settings = settings
        self._prices = prices
        self._effort = effort
        key = settings.anthropic_api_key
        self._client = AsyncAnthropic(
            api_key=key.get_secret_value() if key else None,
            base_url=settings.anthropic_base_url,
            max_retries=settings.max_retries,
            timeout=settings.timeout_seconds,
        )

    async def complete(self, prompt: Prompt[Answer]) -> Completion[Answer]:
        """See `ChatModel.complete`."""
        started = time.monotonic()
        with vendor_errors(self.provider, self.model):
            async with asyncio.timeout(self._settings.deadline_seconds):
                message = await self._client.messages.create(**self._request(prompt))
            return self._completion(message, prompt, started)

    async def stream(self, prompt: Prompt[Answer]) -> AsyncIterator[str | Completion[Answer]]:
        """See `ChatModel.stream`."""
        started = time.monotonic()
        deadline = started + self._settings.deadline_seconds
        with vendor_errors(self.provider, self.model):
            async with self._client.messages.stream(**self._request(prompt)) as stream:
                async for text in stream.text_stream:
                    # asyncio.timeout cannot be used across a yield: it would interrupt the reader.
                    if time.monotonic() > deadline:
                        raise TimeoutError
                    yield text
                message = await stream.get_final_message()
            yield self._completion(message, prompt, started)

    async def close(self) -> None:
        """See `ChatModel.close`."""
        await self._client.close()

    def _request(self, prompt: Prompt[Answer]) -> dict[str, Any]:
        output: dict[str, Any] = {
            "format": {"type": "json_schema", "schema": anthropic_schema(prompt.answer)}
        }
        if self._effort is not None:
            output["effort"] = self._effort
        request: dict[str, Any] = {
            "model": self.model,
            "max_tokens": prompt.max_tokens,
            "system": [
                {"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}
            ],
            "messages": [{"role": "user", "content": prompt.user}],
            "output_config": output,
        }
        if not prompt.thinking:  # it is on by default, and counts against max_tokens
            request["thinking"] = {"type": "disabled"}
        return request

    def _completion(
        self, message: Message, prompt: Prompt[Answer], started: float
    ) -> Completion[Answer]:
        return completed(
            _raw_answer(message),
            prompt,
            provider=self.provider,
            model=self.model,
            prices=self._prices,
            started=started,
        )


def _raw_answer(message: Message) -> RawAnswer:
    return RawAnswer(
        text="".join(block.text for block in message.content if block.type == "text"),
        stopped=_STOPPED.get(message.stop_reason or "", Stopped.BROKEN_OFF),
        usage=Usage(
            input_tokens=message.usage.input_tokens,
            output_tokens=message.usage.output_tokens,
            cache_read_tokens=message.usage.cache_read_input_tokens or 0,
            cache_write_tokens=message.usage.cache_creation_input_tokens or 0,
        ),
    )
