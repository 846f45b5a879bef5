"""A hand-written `ChatModel`, for tests of what is built upon the interface."""

from collections.abc import AsyncIterator, Sequence

from services.common.llm import Answer, Completion, ModelError, Prompt
from services.contracts import Usage


class FakeModel:
    """Answers or fails as told, one item per call, the last one for ever."""

    provider = "fake"

    def __init__(self, *script: str | ModelError, model: str = "fake-1") -> None:
        self.model = model
        self.prompts: list[Prompt[Answer]] = []  # type: ignore[valid-type]
        self.closed = False
        self._script: Sequence[str | ModelError] = script

    async def complete(self, prompt: Prompt[Answer]) -> Completion[Answer]:
        item = self._script[min(len(self.prompts), len(self._script) - 1)]
        self.prompts.append(prompt)
        if isinstance(item, ModelError):
            raise item
        answer = prompt.answer.model_validate_json(item)
        usage = Usage(input_tokens=100, output_tokens=10)
        return Completion(answer, self.provider, self.model, usage, 0.001, 5)

    async def stream(self, prompt: Prompt[Answer]) -> AsyncIterator[str | Completion[Answer]]:
        done = await self.complete(prompt)
        text = done.answer.model_dump_json()
        for start in range(0, len(text), 7):
            yield text[start : start + 7]
        yield done

    async def close(self) -> None:
        self.closed = True
