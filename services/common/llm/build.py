"""Builds models so that none leaves this package without redaction and a circuit breaker."""

import math
from collections.abc import Mapping, Sequence

from services.common.llm.fallback import FallbackModel
from services.common.llm.pricing import PriceList
from services.common.llm.protocol import ChatModel
from services.common.llm.providers import Effort, Provider
from services.common.llm.redacting import RedactingModel
from services.common.llm.settings import ModelSettings


def build_model(
    provider: Provider,
    model: str,
    settings: ModelSettings,
    prices: PriceList,
    *,
    effort: Effort | None = None,
) -> ChatModel:
    """One vendor's model behind the redaction; `effort` is for Anthropic's 5.x models."""
    # The SDKs take a second and 40 MB to load, so only the one that is used is loaded.
    match provider:
        case Provider.ANTHROPIC:
            from services.common.llm.anthropic_model import AnthropicModel

            return RedactingModel(AnthropicModel(model, settings, prices, effort=effort))
        case Provider.OPENAI:
            from services.common.llm.openai_model import OpenAIModel

            return RedactingModel(OpenAIModel(model, settings, prices))
        case Provider.LOCAL:
            raise ValueError("The provider `local` is no chat model; each service has its own.")


def build_models(
    order: Sequence[Provider],
    models: Mapping[Provider, str],
    settings: ModelSettings,
    *,
    effort: Effort | None = None,
    answer_seconds: float = math.inf,
) -> FallbackModel | None:
    """The vendors' models of `order` as one, each asked when those before it fail.

    `answer_seconds` is the time they have together, retries and fallback included. `local` is left
    out, since it is no chat model; None where nothing else is in `order`.
    """
    prices = PriceList.load(settings.prices_file)
    chain = [
        build_model(provider, models[provider], settings, prices, effort=effort)
        for provider in order
        if provider is not Provider.LOCAL
    ]
    return FallbackModel(chain, settings, answer_seconds) if chain else None
