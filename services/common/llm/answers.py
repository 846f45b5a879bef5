"""Checks a vendor's answer and puts it into a `Completion`, alike for all vendors."""

import time
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from services.common.llm.errors import (
    ModelAnswerInvalid,
    ModelError,
    ModelRefused,
    ModelTruncated,
    ModelUnavailable,
)
from services.common.llm.pricing import PriceList
from services.common.llm.protocol import Answer, Completion, Prompt
from services.common.llm.spending import note_spent
from services.contracts import Usage


class Stopped(StrEnum):
    """Why a model stopped writing."""

    DONE = "done"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True)
class RawAnswer:
    """What a vendor sent, before anybody looked at it."""

    text: str
    stopped: Stopped
    usage: Usage


def completed(
    raw: RawAnswer,
    prompt: Prompt[Answer],
    *,
    provider: str,
    model: str,
    prices: PriceList,
    started: float,
) -> Completion[Answer]:
    """The validated answer; `started` is the `time.monotonic()` of the call.

    Raises
    ------
    ModelRefused, ModelTruncated, ModelAnswerInvalid, ModelUnavailable
        With what the call cost.
    """
    cost = prices.cost(model, raw.usage)
    note_spent(raw.usage, cost)
    try:
        answer = _validated(raw, prompt, model)
    except ModelError as error:
        raise error.billed(raw.usage, cost) from None
    latency = round((time.monotonic() - started) * 1000)
    return Completion(answer, provider, model, raw.usage, cost, latency)


def _validated(raw: RawAnswer, prompt: Prompt[Answer], model: str) -> Answer:
    match raw.stopped:
        case Stopped.REFUSED:
            raise ModelRefused(f"{model} declined to answer.")
        case Stopped.TRUNCATED:
            raise ModelTruncated(f"{model}'s answer hit its limit of {prompt.max_tokens} tokens.")
        case Stopped.BROKEN_OFF:
            raise ModelUnavailable(f"{model}'s answer broke off.")
    try:
        return prompt.answer.model_validate_json(_without_fence(raw.text))
    except ValidationError as error:
        fields = sorted({".".join(map(str, item["loc"])) or "JSON" for item in error.errors()})
        raise ModelAnswerInvalid(f"{model}'s answer is wrong in: {', '.join(fields)}.") from None


def _without_fence(text: str) -> str:
    """Gateways without structured outputs like to wrap JSON in a Markdown fence."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```"):
        return stripped.removesuffix("```").split("\n", 1)[-1]
    return stripped
