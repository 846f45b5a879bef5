"""Which provider is asked first, and clear words where the settings cannot be."""

import pytest

from services.common.llm import ModelSettings, Provider, ProviderMisconfigured, provider_order
from services.common.llm.build import build_model, build_models
from services.common.llm.pricing import PriceList

KEYS = {"ANTHROPIC_API_KEY": "a-key", "OPENAI_API_KEY": "o-key"}


@pytest.fixture(params=["", "A", "O", "AO"])
def keys(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in KEYS.items():
        if name[0] in request.param:
            monkeypatch.setenv(name, value)
    return str(request.param)


def test_auto_prefers_anthropic_then_openai_then_local(keys: str) -> None:
    expected = {"": Provider.LOCAL, "O": Provider.OPENAI}.get(keys, Provider.ANTHROPIC)
    assert provider_order("CLASSIFY", "auto", [], ModelSettings()) == [expected]


def test_missing_key_is_named(keys: str) -> None:
    for letter, name in (("A", "anthropic"), ("O", "openai")):
        if letter in keys:
            assert provider_order("DRAFT", name, [], ModelSettings()) == [Provider(name)]
            continue
        with pytest.raises(ProviderMisconfigured, match=f"DRAFT_PROVIDER.*{name.upper()}_API_KEY"):
            provider_order("DRAFT", name, [], ModelSettings())
        with pytest.raises(ProviderMisconfigured, match=f"DRAFT_FALLBACK.*{name.upper()}_API_KEY"):
            provider_order("DRAFT", "local", [name], ModelSettings())


def test_empty_key_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    assert provider_order("CLASSIFY", "auto", [], ModelSettings()) == [Provider.LOCAL]


def test_unknown_provider_is_named_with_the_known_ones() -> None:
    with pytest.raises(ProviderMisconfigured, match=r"CLASSIFY_PROVIDER is 'gemini'.*auto, ant"):
        provider_order("CLASSIFY", "gemini", [], ModelSettings())
    with pytest.raises(ProviderMisconfigured, match="CLASSIFY_FALLBACK is 'auto'"):
        provider_order("CLASSIFY", "auto", ["auto"], ModelSettings())


def test_each_provider_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    order = provider_order("X", "auto", ["openai", "anthropic", "local"], ModelSettings())
    assert order == [Provider.ANTHROPIC, Provider.OPENAI, Provider.LOCAL]


async def test_models_of_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    names = {Provider.ANTHROPIC: "claude-haiku-5-5", Provider.OPENAI: "gpt-5.4-nano"}
    models = build_models([Provider.OPENAI, Provider.LOCAL], names, ModelSettings())
    assert models is not None
    assert (models.provider, models.model) == ("openai", "gpt-5.4-nano")
    await models.close()
    assert build_models([Provider.LOCAL], names, ModelSettings()) is None
    with pytest.raises(ValueError, match="local"):
        build_model(Provider.LOCAL, "x", ModelSettings(), PriceList.load())


def test_keys_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-very-secret-key")
    assert "a-very-secret-key" not in repr(ModelSettings())
