"""Classification by a language model, held to the categories that exist."""

from dataclasses import replace

from pydantic import ValidationError

from services.classify.classifier import for_a_human
from services.classify.languages import ticket_language
from services.classify.local.human import human_request
from services.classify.prompting import Briefing, Labels, ask, brief
from services.classify.settings import ClassifySettings
from services.classify.store import Categories
from services.classify.taxonomy import FALLBACK_CATEGORY, FALLBACK_INTENT, Taxonomy
from services.common.llm import (
    Completion,
    FallbackModel,
    ModelAnswerInvalid,
    ModelRefused,
    ModelTruncated,
)
from services.common.ticket_text import ticket_text
from services.contracts import Classification, Ticket

_LONGEST_REASONING = 400


class ModelClassifier:
    """Asks a model; where it names a category that does not exist, asks once more."""

    def __init__(
        self,
        model: FallbackModel,
        taxonomy: Taxonomy,
        categories: Categories,
        settings: ClassifySettings,
    ) -> None:
        self.provider = model.provider
        self._model = model
        self._taxonomy = taxonomy
        self._categories = categories
        self._settings = settings
        self._briefing: Briefing | None = None
        self._briefed_for: tuple[str, ...] = ()

    @property
    def model(self) -> str:
        """See `Classifier.model`."""
        return self._model.model

    async def classify(self, ticket: Ticket) -> Classification:
        """See `Classifier.classify`; a declined or cut-off answer is a ticket for a human."""
        briefing = await self._current_briefing()
        try:
            first = await self._ask(briefing, ticket)
            if first.answer.category in briefing.categories:
                return _classification(first, ticket)
            second = await self._ask(briefing, ticket, refused=first.answer.category)
        except (ModelRefused, ModelTruncated) as error:
            return for_a_human(self, ticket, error)
        both = _together(first, second)
        if second.answer.category in briefing.categories:
            return _classification(both, ticket)
        return _unknown_twice(_classification(both, ticket))

    async def check(self) -> None:
        """See `Classifier.check`."""
        await self._model.check()

    async def close(self) -> None:
        """See `Classifier.close`."""
        await self._model.close()

    async def _current_briefing(self) -> Briefing:
        allowed = await self._categories.allowed()
        if self._briefing is None or allowed != self._briefed_for:
            self._briefing = brief(self._taxonomy, allowed, self._settings.examples_per_category)
            self._briefed_for = allowed
        return self._briefing

    async def _ask(
        self, briefing: Briefing, ticket: Ticket, refused: str | None = None
    ) -> Completion[Labels]:
        prompt = ask(
            briefing,
            ticket,
            max_tokens=self._settings.max_tokens,
            max_characters=self._settings.max_characters,
            max_turns=self._settings.max_turns,
            refused_category=refused,
        )
        return await self._model.complete(prompt)


def _classification(completion: Completion[Labels], ticket: Ticket) -> Classification:
    try:
        return _checked(completion, ticket)
    except ValidationError as error:
        fields = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        invalid = ModelAnswerInvalid(f"{completion.model}'s labels are wrong in: {fields}.")
        raise invalid.billed(completion.usage, completion.cost_usd) from None


def _checked(completion: Completion[Labels], ticket: Ticket) -> Classification:
    labels = completion.answer
    return Classification(
        category=labels.category.strip() or FALLBACK_CATEGORY,
        intent=labels.intent.strip() or FALLBACK_INTENT,
        urgency=labels.urgency,
        sentiment=labels.sentiment,
        language=ticket_language(labels.language, ticket),
        confidence=min(1.0, max(0.0, labels.confidence)),
        requires_human=labels.requires_human or _asks_for_human(ticket),
        reasoning=labels.reasoning[:_LONGEST_REASONING],
        provider=completion.provider,
        model=completion.model,
        usage=completion.usage,
        cost_usd=completion.cost_usd,
        latency_ms=completion.latency_ms,
    )


def _asks_for_human(ticket: Ticket) -> bool:
    """By its wording; a model that was talked out of it does not decide this alone."""
    return human_request(ticket_text(ticket.subject, ticket.body)) is not None


def _unknown_twice(classification: Classification) -> Classification:
    return classification.model_copy(
        update={
            "category": FALLBACK_CATEGORY,
            "intent": FALLBACK_INTENT,
            "confidence": 0.0,
            "requires_human": True,
            "reasoning": "The model named a category that does not exist, twice.",
        }
    )


def _together(first: Completion[Labels], second: Completion[Labels]) -> Completion[Labels]:
    """The second answer, with what both cost."""
    return replace(
        second,
        usage=first.usage + second.usage,
        cost_usd=first.cost_usd + second.cost_usd,
        latency_ms=first.latency_ms + second.latency_ms,
    )
