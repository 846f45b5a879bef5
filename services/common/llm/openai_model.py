"""OpenAI's chat completions, and every gateway that speaks them, behind `ChatModel`."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import openai
from openai import AsyncOpenAI
from openai.types import CompletionUsage

from services.common.llm.answers import RawAnswer, Stopped, completed
from services.common.llm.pricing import PriceList
from services.common.llm.protocol import Answer, Completion, Prompt
from services.common.llm.schemas import openai_schema
from services.common.llm.settings import JsonMode, ModelSettings
from services.common.llm.vendor_errors import vendor_errors
from services.contracts import Usage

_STOPPED = {
    "stop": Stopped.DONE,
    "content_filter": Stopped.REFUSED,
    "length": Stopped.TRUNCATED,
}


class OpenAIModel:
    """A model behind chat completions: JSON by schema, or by `json_object` where need be."""

    provider = "openai"

    def __init__(self, model: str, settings: ModelSettings, prices: PriceList) -> None:
        self.model = model
        self._settings = settings
        self._prices = prices
        self._json_object = settings.openai_json_mode is JsonMode.JSON_OBJECT
        key = settings.openai_api_key
        self._client = AsyncOpenAI(
            api_key=key.get_secret_value() if key else None,
            base_url=settings.openai_base_url,
            max_retries=settings.max_retries,
            timeout=settings.timeout_seconds,
        )

    async def complete(self, prompt: Prompt[Answer]) -> Completion[Answer]:
        """See `ChatModel.complete`."""
        started = time.monotonic()
        with vendor_errors(self.provider, self.model):
            async with asyncio.timeout(self._settings.deadline_seconds):
                answer = await self._create(prompt, stream=False)
            choice = answer.choices[0] if answer.choices else None
            raw = RawAnswer(
                text=(choice.message.content or "") if choice else "",
                stopped=_stopped(
                    choice.finish_reason if choice else None,
                    refused=bool(choice and choice.message.refusal),
                ),
                usage=_usage(answer.usage),
            )
            return self._completion(raw, prompt, started)

    async def stream(self, prompt: Prompt[Answer]) -> AsyncIterator[str | Completion[Answer]]:
        """See `ChatModel.stream`."""
        started = time.monotonic()
        deadline = started + self._settings.deadline_seconds
        text, finish, refused, usage = "", None, False, None
        with vendor_errors(self.provider, self.model):
            async with await self._create(prompt, stream=True) as chunks:
                async for chunk in chunks:
                    if time.monotonic() > deadline:
                        raise TimeoutError
                    usage = chunk.usage or usage
                    for choice in chunk.choices[:1]:
                        finish = choice.finish_reason or finish
                        refused = refused or bool(choice.delta.refusal)
                        if choice.delta.content:
                            text += choice.delta.content
                            yield choice.delta.content
            raw = RawAnswer(text, _stopped(finish, refused=refused), _usage(usage))
            yield self._completion(raw, prompt, started)

    async def close(self) -> None:
        """See `ChatModel.close`."""
        await self._client.close()

    async def _create(self, prompt: Prompt[Answer], *, stream: bool) -> Any:
        try:
            return await self._client.chat.completions.create(**self._request(prompt, stream))
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if self._json_object or not self._is_about_schema(error):
                raise
            self._json_object = True
            return await self._client.chat.completions.create(**self._request(prompt, stream))

    def _is_about_schema(self, error: openai.APIStatusError) -> bool:
        said = f"{error.message} {error.body}".lower()
        named = any(word in said for word in ("response_format", "json_schema", "schema"))
        return self._settings.openai_json_mode is JsonMode.AUTO and named

    def _request(self, prompt: Prompt[Answer], stream: bool) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.model,
            self._settings.openai_token_limit.value: prompt.max_tokens,
            "messages": [
                {"role": "system", "content": self._system(prompt)},
                {"role": "user", "content": prompt.user},
            ],
            "response_format": self._response_format(prompt),
        }
        if stream:
            request |= {"stream": True, "stream_options": {"include_usage": True}}
        return request

    def _system(self, prompt: Prompt[Answer]) -> str | list[dict[str, Any]]:
        text = prompt.system
        if self._json_object:
            schema = json.dumps(openai_schema(prompt.answer))
            text += f"\n\nAnswer with one JSON object that fits this JSON schema:\n{schema}"
        if self._settings.openai_cache_control:
            return [{"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}]
        return text

    def _response_format(self, prompt: Prompt[Answer]) -> dict[str, Any]:
        if self._json_object:
            return {"type": "json_object"}
        schema = {
            "name": prompt.answer.__name__,
            "schema": openai_schema(prompt.answer),
            "strict": True,
        }
        return {"type": "json_schema", "json_schema": schema}

    def _completion(
        self, raw: RawAnswer, prompt: Prompt[Answer], started: float
    ) -> Completion[Answer]:
        return completed(
            raw,
            prompt,
            provider=self.provider,
            model=self.model,
            prices=self._prices,
            started=started,
        )


def _stopped(finish_reason: str | None, *, refused: bool) -> Stopped:
    if refused:
        return Stopped.REFUSED
    return _STOPPED.get(finish_reason or "", Stopped.BROKEN_OFF)


def _usage(usage: CompletionUsage | None) -> Usage:
    """OpenAI counts cached tokens within the prompt's; ours are apart, as billed."""
    if usage is None:
        return Usage()
    # Gateways may send it empty.
    asked, answered = usage.prompt_tokens or 0, usage.completion_tokens or 0
    details = usage.prompt_tokens_details
    read = (details.cached_tokens or 0) if details else 0
    written = (details.cache_write_tokens or 0) if details else 0
    return Usage(
        input_tokens=max(0, asked - read - written),
        output_tokens=answered,
        cache_read_tokens=read,
        cache_write_tokens=written,
    )
