"""Choosing the embedding provider."""

import pytest
from pydantic import SecretStr, ValidationError

from services.common.embeddings import EmbeddingSettings, create_embedder
from services.common.embeddings.local import LocalEmbedder


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "DESKLOOP_EMBEDDINGS", "DESKLOOP_EMBEDDINGS_KEY"):
        monkeypatch.delenv(name, raising=False)


def test_auto_is_local_even_with_an_llm_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    assert isinstance(create_embedder(EmbeddingSettings()), LocalEmbedder)


def test_openai_without_a_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKLOOP_EMBEDDINGS", "openai")
    with pytest.raises(ValidationError, match="DESKLOOP_EMBEDDINGS_KEY or OPENAI_API_KEY"):
        EmbeddingSettings()


def test_openai_takes_the_llm_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKLOOP_EMBEDDINGS", "openai")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    assert EmbeddingSettings().embeddings_key == SecretStr("sk-test")


async def test_openai_with_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKLOOP_EMBEDDINGS", "openai")
    monkeypatch.setenv("DESKLOOP_EMBEDDINGS_KEY", "sk-own")
    embedder = create_embedder(EmbeddingSettings())
    assert embedder.name == "openai:text-embedding-3-small"
    await embedder.close()
