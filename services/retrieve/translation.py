"""A customer's question in the help centre's language, where a model is there to translate it."""

import time
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field

from services.common.languages import counted_as
from services.common.llm import (
    ChatModel,
    ModelError,
    ModelSettings,
    Prompt,
    Provider,
    build_models,
    delimit,
    new_nonce,
    provider_order,
)
from services.contracts import Ticket
from services.retrieve.languages import primary
from services.retrieve.settings import RetrieveSettings
from services.retrieve.store import RetrieveStore

logger = structlog.get_logger(__name__)

_SYSTEM = (Path(__file__).parent / "prompts" / "translate.md").read_text(encoding="utf-8")
_LONGEST = 2_000
_LOOK_AGAIN_SECONDS = 60.0


class Translated(BaseModel):
    """What the model is asked to return."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(description="The customer's message in the language asked for.")


class QueryTranslator:
    """Translates what is asked in a language that no help article is written in.

    A model that fails costs nothing but a worse search: the question is then searched as it is.
    """

    def __init__(self, model: ChatModel, store: RetrieveStore, settings: RetrieveSettings) -> None:
        self._model = model
        self._store = store
        self._into = settings.knowledge_language
        self._max_tokens = settings.translation_max_tokens
        self._written_in: frozenset[str] = frozenset()
        self._looked_at = float("-inf")

    async def translate(self, text: str, language: str | None, ticket: Ticket) -> str | None:
        """`text` in the help centre's language; None where it needs, or gets, no translation."""
        spoken = primary(language)
        if spoken in {None, primary(self._into)} or await self._has_articles(str(spoken)):
            return None
        try:
            done = await self._model.complete(self._prompt(text, ticket))
        except ModelError as error:
            logger.warning("query_not_translated", code=error.code, language=counted_as(spoken))
            return None
        logger.info(
            "query_translated",
            language=counted_as(spoken),
            provider=done.provider,
            model=done.model,
            cost_usd=done.cost_usd,
            latency_ms=done.latency_ms,
        )
        return done.answer.query.strip()[:_LONGEST] or None

    def _prompt(self, text: str, ticket: Ticket) -> Prompt[Translated]:
        known = (ticket.requester.name, ticket.requester.email)
        return Prompt(
            system=_SYSTEM,
            user=f"Into: {self._into}\n\n{delimit(text[:_LONGEST], new_nonce())}",
            answer=Translated,
            max_tokens=self._max_tokens,
            personal_names=tuple(value for value in known if value),
        )

    async def _has_articles(self, language: str) -> bool:
        """Whether any article is in that language; asked again after a minute."""
        if time.monotonic() - self._looked_at > _LOOK_AGAIN_SECONDS:
            self._written_in = frozenset(await self._store.languages())
            self._looked_at = time.monotonic()
        return language in self._written_in

    async def close(self) -> None:
        """Give the model's connections back."""
        await self._model.close()


def create_translator(
    settings: RetrieveSettings, models: ModelSettings, store: RetrieveStore
) -> QueryTranslator | None:
    """The translator that the settings ask for; None with the provider `local`.

    Raises `ProviderMisconfigured`, naming the setting.
    """
    order = provider_order("RETRIEVE_TRANSLATION", settings.translation_provider, [], models)
    names = {
        Provider.ANTHROPIC: settings.translation_anthropic_model,
        Provider.OPENAI: settings.translation_openai_model,
    }
    seconds = settings.translation_seconds
    model = build_models(order, names, models, effort="low", answer_seconds=seconds)
    return QueryTranslator(model, store, settings) if model is not None else None
