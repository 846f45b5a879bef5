"""What a language-model vendor must be able to do for us: one structured answer to one prompt."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel

from services.contracts import Usage

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Prompt(Generic[Answer]):
    """One request to a model.

    `system` is the stable prefix (policy, schema, examples): it is cached, so nothing that changes
    per ticket belongs there. `user` holds everything else. `answer` is the Pydantic type of the
    structured output.
    """

    system: str
    user: str
    answer: type[Answer]
    max_tokens: int
    thinking: bool = False
    personal_names: tuple[str, ...] = field(default=())
    """Names and addresses known to be the requester's, for redaction."""


@dataclass(frozen=True)
class Completion(Generic[Answer]):
    """A validated answer with what it cost."""

    answer: Answer
    provider: str
    model: str
    usage: Usage
    cost_usd: float
    latency_ms: int


class ChatModel(Protocol):
    """A vendor's model behind one interface; errors are those of `services.common.llm.errors`."""

    provider: str
    model: str

    async def complete(self, prompt: Prompt[Answer]) -> Completion[Answer]:
        """Answer `prompt`, validated against its type.

        Raises
        ------
        ModelRefused
            The model declined (stop reason `refusal`).
        ModelTruncated
            The answer hit `max_tokens`.
        ModelAnswerInvalid
            The answer does not fit the type.
        ModelUnavailable
            The vendor cannot be reached or is overloaded, after the SDK's own retries.
        ModelRejected
            The vendor refuses the call itself (wrong key, unknown model, too long).
        """
        ...

    def stream(self, prompt: Prompt[Answer]) -> AsyncIterator[str | Completion[Answer]]:
        """Yield the raw answer's text as it comes, then the `Completion` as the last item."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
