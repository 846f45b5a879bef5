"""Settings of the model vendors; keys and base URLs carry the names the SDKs themselves use."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class JsonMode(StrEnum):
    """How an OpenAI-compatible gateway is asked for JSON."""

    AUTO = "auto"
    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"


class TokenLimitField(StrEnum):
    """The name under which an OpenAI-compatible gateway takes the answer's token limit."""

    MAX_COMPLETION_TOKENS = "max_completion_tokens"
    MAX_TOKENS = "max_tokens"


class ModelSettings(BaseSettings):
    """Vendors, retries and time limits; which model does what is each service's own setting."""

    model_config = settings_config("DESKLOOP_LLM_")

    anthropic_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="ANTHROPIC_API_KEY",
        description="Key for the provider `anthropic`.",
    )
    anthropic_base_url: str = Field(
        default="https://api.anthropic.com",
        validation_alias="ANTHROPIC_BASE_URL",
        description="Where the provider `anthropic` is, without /v1.",
    )
    openai_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="OPENAI_API_KEY",
        description="Key for the provider `openai` (any text where a gateway needs none).",
    )
    openai_base_url: str = Field(
        default="https://api.openai.com/v1",
        validation_alias="OPENAI_BASE_URL",
        description="OpenAI or any gateway that speaks its chat completions, with /v1.",
    )
    timeout_seconds: float = Field(
        default=20.0, gt=0, description="Longest wait for one attempt at a model call."
    )
    deadline_seconds: float = Field(
        default=45.0,
        gt=0,
        description="Longest time for one model's answer, retries included; then the next model.",
    )
    max_retries: int = Field(
        default=2,
        ge=0,
        le=10,
        description="Retries of one model after 429, 529, 5xx or a broken connection.",
    )
    breaker_failures: int = Field(
        default=5, ge=1, description="Failures in a row after which a model is left alone."
    )
    breaker_seconds: float = Field(
        default=30.0, gt=0, description="How long a failing model is left alone."
    )
    openai_json_mode: JsonMode = Field(
        default=JsonMode.AUTO,
        description="How the gateway is asked for JSON: auto, json_schema or json_object; "
        "auto starts with json_schema and changes when the gateway does not know it.",
    )
    openai_cache_control: bool = Field(
        default=False,
        description="Mark the stable prompt prefix with cache_control (gateways that accept it).",
    )
    openai_token_limit: TokenLimitField = Field(
        default=TokenLimitField.MAX_COMPLETION_TOKENS,
        description="Name of the token limit: max_completion_tokens, or max_tokens on older "
        "gateways.",
    )
    prices_file: Path | None = Field(
        default=None,
        description="JSON file of prices laid over the built-in ones (same layout).",
    )
