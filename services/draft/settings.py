"""Settings of the draft step."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class DraftSettings(BaseSettings):
    """Which model drafts, and with which guidelines."""

    model_config = settings_config("DRAFT_")

    provider: str = Field(
        default="auto",
        description="auto (Anthropic where a key is set, else OpenAI, else local), anthropic, "
        "openai or local.",
    )
    fallback: str = Field(
        default="local",
        description="Providers tried in order when the first one fails, separated by commas.",
    )
    anthropic_model: str = Field(
        default="claude-sonnet-5-5", description="Anthropic model that drafts."
    )
    openai_model: str = Field(default="gpt-5.4-mini", description="OpenAI model that drafts.")
    answer_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Longest time for all models together; under the 35 s that the workflow waits, "
        "so that a model that hangs leaves time for the next one.",
    )
    max_tokens: int = Field(
        default=4096, ge=256, description="Upper limit of a drafted answer, thinking included."
    )
    max_turns: int = Field(
        default=5, ge=0, description="Last turns of the conversation that the drafter sees."
    )
    guidelines: Path = Field(
        default=Path("config/guidelines"),
        description="Folder of default.md and <language>.md: tone, greeting, sign-off, policy.",
    )
    local_minimum_evidence: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="The local drafter abstains when its best evidence is weaker than this.",
    )
