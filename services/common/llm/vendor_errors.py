"""Turns what the SDKs raise into our own errors, alike for both vendors."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import anthropic
import httpx2
import openai
import structlog

from services.common.llm.errors import (
    ModelAnswerInvalid,
    ModelError,
    ModelRejected,
    ModelUnavailable,
)

logger = structlog.get_logger(__name__)

_AGAIN = {408, 409, 429}
"""Client errors that are about the moment and not about the call."""

_STATUS = (anthropic.APIStatusError, openai.APIStatusError)
_CONNECTION = (
    anthropic.APIConnectionError,
    openai.APIConnectionError,
    httpx2.TransportError,
    TimeoutError,
)
_UNREADABLE = (
    anthropic.APIResponseValidationError,
    openai.APIResponseValidationError,
    json.JSONDecodeError,
)


@contextmanager
def vendor_errors(provider: str, model: str) -> Iterator[None]:
    """Raise `ModelUnavailable`, `ModelRejected` or `ModelAnswerInvalid` for the SDK's errors."""
    try:
        yield
    except (ModelError, asyncio.CancelledError):
        raise
    except _STATUS as error:
        raise _from_status(error, provider, model) from error
    except _CONNECTION as error:
        kind = type(error).__name__
        raise ModelUnavailable(f"{provider} cannot be reached ({kind}).") from error
    except _UNREADABLE as error:
        raise ModelAnswerInvalid(f"{provider} answered something unreadable.") from error
    except (anthropic.AnthropicError, openai.OpenAIError) as error:
        kind = type(error).__name__
        raise ModelUnavailable(f"{provider} failed ({kind}).") from error


def _from_status(
    error: anthropic.APIStatusError | openai.APIStatusError, provider: str, model: str
) -> ModelError:
    status = error.status_code
    # A stream that breaks off with an error event carries the stream's own status, 200.
    if status < 400 or status >= 500 or status in _AGAIN:
        unavailable = ModelUnavailable(f"{provider} is overloaded or failing ({status}).")
        unavailable.retry_after = _retry_after(error.response) or ModelUnavailable.retry_after
        return unavailable
    logger.error("model_rejected", provider=provider, model=model, status=status, why=_why(error))
    return ModelRejected(f"{provider} refuses the call to {model} ({status}); see the log.")


def _why(error: anthropic.APIStatusError | openai.APIStatusError) -> str:
    return str(error.message)[:200]


def _retry_after(response: httpx2.Response) -> float | None:
    for header, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return float(response.headers[header]) / scale
        except (KeyError, ValueError):
            continue
    return None
