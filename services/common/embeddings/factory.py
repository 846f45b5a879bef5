"""The embedder that the settings ask for."""

from services.common.embeddings.base import Embedder
from services.common.embeddings.local import LocalEmbedder
from services.common.embeddings.settings import EmbeddingSettings


def create_embedder(settings: EmbeddingSettings) -> Embedder:
    """Return the provider of `settings`; loads the local model, but calls nobody."""
    if settings.embeddings_provider == "local":
        return LocalEmbedder(settings.embeddings_threads)
    return _openai(settings)


def _openai(settings: EmbeddingSettings) -> Embedder:
    # Loaded only where it is wanted: the SDK takes a second, Presidio more.
    import openai

    from services.common.embeddings.openai import OpenAIEmbedder
    from services.common.llm.pricing import PriceList
    from services.common.llm.settings import ModelSettings
    from services.common.redaction import redact_together

    assert settings.embeddings_key is not None  # the settings refuse to start without it
    client = openai.AsyncOpenAI(
        api_key=settings.embeddings_key.get_secret_value(),
        base_url=settings.embeddings_base_url,
        timeout=settings.embeddings_timeout_seconds,
    )
    return OpenAIEmbedder(
        client,
        redact=redact_together,
        prices=PriceList.load(ModelSettings().prices_file),
        model=settings.embeddings_model,
        dimensions=settings.embeddings_dimensions,
    )
