"""Which provider answers, and which ones after it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from services.common.llm.settings import ModelSettings

Effort = Literal["low", "medium", "high", "xhigh", "max"]
"""How much work Anthropic's 5.x models put into an answer."""


class Provider(StrEnum):
    """Who can do a step's judgement."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    LOCAL = "local"


class ProviderMisconfigured(ValueError):
    """A provider setting names something unknown, or something without its key."""


_KEYS = {Provider.ANTHROPIC: "ANTHROPIC_API_KEY", Provider.OPENAI: "OPENAI_API_KEY"}


def provider_order(
    prefix: str, chosen: str, fallback: Sequence[str], settings: ModelSettings
) -> list[Provider]:
    """The providers to ask, in order, each once.

    Parameters
    ----------
    prefix
        The service's setting prefix, e.g. `CLASSIFY`, for naming settings in errors.
    chosen
        A provider or `auto`: Anthropic where its key is set, else OpenAI, else local.
    fallback
        The providers after it; `none` stands for no further one.

    Raises
    ------
    ProviderMisconfigured
        A name is unknown, or the provider's key is missing; the message names the setting.
    """
    first = _auto(settings) if chosen == "auto" else _known(f"{prefix}_PROVIDER", chosen, settings)
    named = [name for name in fallback if name != "none"]
    others = [_known(f"{prefix}_FALLBACK", name, settings) for name in named]
    return list(dict.fromkeys([first, *others]))


def _auto(settings: ModelSettings) -> Provider:
    with_key = [provider for provider in _KEYS if _has_key(provider, settings)]
    return with_key[0] if with_key else Provider.LOCAL


def _known(setting: str, name: str, settings: ModelSettings) -> Provider:
    try:
        provider = Provider(name)
    except ValueError:
        known = ", ".join(["auto", *Provider] if setting.endswith("_PROVIDER") else Provider)
        raise ProviderMisconfigured(
            f"{setting} is '{name}', which is no provider; use one of: {known}."
        ) from None
    if not _has_key(provider, settings):
        raise ProviderMisconfigured(
            f"{setting} is '{name}', but {_KEYS[provider]} is not set; set it or choose another."
        )
    return provider


def _has_key(provider: Provider, settings: ModelSettings) -> bool:
    match provider:
        case Provider.ANTHROPIC:
            return bool(settings.anthropic_api_key)
        case Provider.OPENAI:
            return bool(settings.openai_api_key)
        case Provider.LOCAL:
            return True
