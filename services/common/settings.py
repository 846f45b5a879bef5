"""Settings every service reads, under the same names."""

from pydantic import Field, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def settings_config(prefix: str) -> SettingsConfigDict:
    """Configuration of a settings class: environment variables with `prefix`, empty = unset."""
    return SettingsConfigDict(env_prefix=prefix, env_ignore_empty=True, extra="ignore")


class CommonSettings(BaseSettings):
    """What all services share."""

    model_config = settings_config("DESKLOOP_")

    token: SecretStr = Field(
        min_length=16, description="Bearer token every caller of a service presents."
    )
    token_previous: SecretStr | None = Field(
        default=None, description="Also accepted, so that the token can change without downtime."
    )
    open_docs: bool = Field(
        default=False, description="Serve /docs and /openapi.json without a token."
    )
    serve_docs: bool = Field(
        default=True, description="Have /docs and /openapi.json at all; false: they answer 404."
    )
    serve_metrics: bool = Field(
        default=True, description="Have /metrics, with the token; false: it answers 404."
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    max_body_bytes: int = Field(
        default=1_048_576, ge=1024, description="Larger request bodies are refused with 413."
    )


class DatabaseSettings(BaseSettings):
    """Where the services' PostgreSQL is."""

    model_config = settings_config("DESKLOOP_")

    database_url: PostgresDsn = Field(
        description="PostgreSQL 15+ with pgvector 0.8+, as postgresql://user:password@host/name."
    )
    database_pool_size: int = Field(
        default=10, ge=1, description="Connections each service process may hold."
    )
    database_timeout_seconds: float = Field(
        default=5.0, gt=0, description="How long to wait for a connection before answering 503."
    )
