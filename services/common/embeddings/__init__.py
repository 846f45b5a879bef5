"""Sentence embeddings: one protocol, a local model and OpenAI behind it."""

from services.common.embeddings.base import Embedder
from services.common.embeddings.errors import EmbeddingsUnavailable
from services.common.embeddings.factory import create_embedder
from services.common.embeddings.settings import EmbeddingSettings

__all__ = ["Embedder", "EmbeddingSettings", "EmbeddingsUnavailable", "create_embedder"]
