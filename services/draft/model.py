"""Drafting by a language model, with every quote checked against its source."""

import re
from collections.abc import AsyncIterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from services.common.llm.errors import (
    ModelAnswerInvalid,
    ModelRefused,
    ModelTruncated,
)
from services.common.llm.protocol import ChatModel, Completion, Prompt
from services.contracts import Draft, DraftRequest
from services.draft.drafter import no_draft
from services.draft.evidence import sources_of, verify
from services.draft.guidelines import GuidelinesFolder, customers_locale
from services.draft.prompting import ModelDraft, build_prompt

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")


class ModelDrafter:
    """Drafts with any `ChatModel`."""

    def __init__(
        self, model: ChatModel, guidelines: GuidelinesFolder, *, max_turns: int, max_tokens: int
    ) -> None:
        self.provider = model.provider
        self.model = model.model
        self._model = model
        self._guidelines = guidelines
        self._max_turns = max_turns
        self._max_tokens = max_tokens

    async def prepare(self) -> None:
        """Nothing to load: the SDK's client is made already."""

    async def close(self) -> None:
        """Give the model's connections back."""
        await self._model.close()

    async def draft(self, request: DraftRequest) -> Draft:
        """Ask the model and keep only what its sources carry.

        What it declines to answer, or does not finish, is for a human and no other model.
        """
        try:
            return checked(await self._model.complete(self._prompt(request)), request)
        except (ModelRefused, ModelTruncated) as error:
            return no_draft(self, request, error)

    async def stream(self, request: DraftRequest) -> AsyncIterator[str | Draft]:
        """Yield the reply as the model writes it (unchecked), then the checked draft.

        What it declines to answer, or does not finish, ends in a draft for a human, as in `draft`.
        """
        raw, shown = "", ""
        try:
            async for piece in self._model.stream(self._prompt(request)):
                if isinstance(piece, Completion):
                    yield checked(piece, request)
                    return
                raw += piece
                reply = reply_so_far(raw)
                if len(reply) > len(shown):
                    yield reply[len(shown) :]
                    shown = reply
        except (ModelRefused, ModelTruncated) as error:
            yield no_draft(self, request, error)

    def _prompt(self, request: DraftRequest) -> Prompt[ModelDraft]:
        locale = customers_locale(request)
        guidelines = request.guidelines or self._guidelines.for_language(locale).text
        return build_prompt(request, guidelines, self._max_turns, self._max_tokens)


def checked(completion: Completion[ModelDraft], request: DraftRequest) -> Draft:
    """Turn a model's answer into a draft: quotes verified, and no reply where none is left.

    Raises `ModelAnswerInvalid` where the contract does not allow what the model wrote.
    """
    try:
        return _checked(completion, request)
    except ValidationError as error:
        fields = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        invalid = ModelAnswerInvalid(f"{completion.model}'s draft is wrong in: {fields}.")
        raise invalid.billed(completion.usage, completion.cost_usd) from None


def _checked(completion: Completion[ModelDraft], request: DraftRequest) -> Draft:
    answer = completion.answer
    sources = {source.label: source for source in sources_of(request)}
    quotes = ((citation.source, citation.quote) for citation in answer.citations)
    citations, missing = verify(quotes, sources)
    findings = [*answer.findings, *missing]
    abstained = answer.abstained or not answer.reply.strip()
    if not abstained and not citations:
        abstained = True
        findings.append("The model's reply had no quote that stands in a source; it was dropped.")
    return Draft(
        reply="" if abstained else answer.reply.strip(),
        confidence=0.0 if abstained else min(1.0, max(0.0, answer.confidence)),
        citations=[] if abstained else citations,
        abstained=abstained,
        findings=findings,
        language=_language(answer.language) or request.classification.language,
        provider=completion.provider,
        model=completion.model,
        usage=completion.usage,
        cost_usd=completion.cost_usd,
        latency_ms=completion.latency_ms,
    )


def _language(written: str) -> str | None:
    return written if _LANGUAGE_TAG.fullmatch(written) else None


def reply_so_far(raw: str) -> str:
    """The reply in the beginning of a JSON answer, as far as it goes."""
    try:
        parsed: Any = from_json(raw, allow_partial="trailing-strings")
    except ValueError:
        return ""
    reply = parsed.get("reply", "") if isinstance(parsed, dict) else ""
    return reply if isinstance(reply, str) else ""
