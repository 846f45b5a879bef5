"""Redaction at the boundary: no workflow and no service can send a prompt around it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from services.common.llm.errors import ModelAnswerInvalid
from services.common.llm.protocol import Answer, ChatModel, Completion, Prompt
from services.common.redaction import Redacted, redact, restore

_OPEN_PLACEHOLDER = re.compile(r"<[A-Z]*_?\d*$")
"""The end of a text that may be the beginning of a placeholder."""


class RedactingModel:
    """A `ChatModel` that sees placeholders where the prompt had personal data.

    The answer's strings get the values back.
    """

    def __init__(self, inner: ChatModel) -> None:
        self._inner = inner
        self.provider = inner.provider
        self.model = inner.model

    async def complete(self, prompt: Prompt[Answer]) -> Completion[Answer]:
        """See `ChatModel.complete`."""
        hidden, mapping = await _hidden(prompt)
        return _restored(await self._inner.complete(hidden), mapping)

    async def stream(self, prompt: Prompt[Answer]) -> AsyncIterator[str | Completion[Answer]]:
        """See `ChatModel.stream`; pieces are held back while they may be half a placeholder."""
        hidden, mapping = await _hidden(prompt)
        # The pieces are JSON source, so what goes back into them must be escaped like it.
        escaped = {name: json.dumps(value)[1:-1] for name, value in mapping.items()}
        held = ""
        async for item in self._inner.stream(hidden):
            if isinstance(item, Completion):
                if held:
                    yield restore(held, escaped)
                yield _restored(item, mapping)
                return
            held += item
            open_at = _OPEN_PLACEHOLDER.search(held)
            end = open_at.start() if open_at else len(held)
            ready, held = held[:end], held[end:]
            if ready:
                yield restore(ready, escaped)

    async def close(self) -> None:
        """See `ChatModel.close`."""
        await self._inner.close()


async def _hidden(prompt: Prompt[Answer]) -> tuple[Prompt[Answer], Mapping[str, str]]:
    return await asyncio.to_thread(_hidden_now, prompt)


def _hidden_now(prompt: Prompt[Answer]) -> tuple[Prompt[Answer], Mapping[str, str]]:
    system = _redacted_system(prompt.system)
    known = prompt.personal_names
    if any(name.lower() in system.text.lower() for name in known if len(name.strip()) >= 3):
        system = redact(prompt.system, known)
    user = redact(prompt.user, known, before=system)
    hidden = replace(prompt, system=system.text, user=user.text, personal_names=())
    return hidden, user.mapping


@lru_cache(maxsize=32)
def _redacted_system(system: str) -> Redacted:
    """The stable prefix: guidelines and examples are people's texts, too."""
    return redact(system)


def _restored(completion: Completion[Answer], mapping: Mapping[str, str]) -> Completion[Answer]:
    if not mapping:
        return completion
    values = _restore_strings(completion.answer.model_dump(), mapping)
    try:
        answer = type(completion.answer).model_validate(values)
    except ValidationError as error:
        invalid = ModelAnswerInvalid(f"{completion.model}'s answer does not fit once restored.")
        raise invalid.billed(completion.usage, completion.cost_usd) from error
    return replace(completion, answer=answer)


def _restore_strings(value: Any, mapping: Mapping[str, str]) -> Any:
    match value:
        case str():
            # An enum member is a string too, but nothing a placeholder could stand in.
            return restore(value, mapping) if type(value) is str else value
        case dict():
            return {key: _restore_strings(item, mapping) for key, item in value.items()}
        case list() | tuple():
            return type(value)(_restore_strings(item, mapping) for item in value)
        case _:
            return value
