"""Which embedding provider is used, and how."""

import os
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class EmbeddingSettings(BaseSettings):
    """Embedding provider; the same for every service that shares a database."""

    model_config = settings_config("DESKLOOP_")

    embeddings: Literal["auto", "local", "openai"] = Field(
        default="auto",
        description=(
            "Embedding provider: local, openai, or auto. auto is local even where an LLM key is "
            "set: stored vectors of another model would have to be computed anew first."
        ),
    )
    embeddings_key: SecretStr | None = Field(
        default=None,
        description="API key for openai embeddings; OPENAI_API_KEY is used where this is unset.",
    )
    embeddings_base_url: str | None = Field(
        default=None, description="Base URL of an OpenAI-compatible embedding API."
    )
    embeddings_model: str = Field(
        default="text-embedding-3-small", description="Model of the openai embedding provider."
    )
    embeddings_dimensions: int = Field(
        default=1536, ge=1, description="Vector length of that model."
    )
    embeddings_timeout_seconds: float = Field(
        default=20.0, gt=0, description="Time limit of one call to the openai provider."
    )
    embeddings_threads: int = Field(
        default=1, ge=1, description="CPU threads of the local embedding model per call."
    )

    @property
    def embeddings_provider(self) -> Literal["local", "openai"]:
        """The provider that `auto` stands for."""
        return "openai" if self.embeddings == "openai" else "local"

    @model_validator(mode="after")
    def _need_key(self) -> Self:
        if self.embeddings_provider == "local":
            return self
        if self.embeddings_key is None and (key := os.environ.get("OPENAI_API_KEY")):
            self.embeddings_key = SecretStr(key)
        if self.embeddings_key is None:
            raise ValueError(
                "DESKLOOP_EMBEDDINGS=openai needs DESKLOOP_EMBEDDINGS_KEY or OPENAI_API_KEY"
            )
        return self
