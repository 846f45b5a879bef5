"""Settings of the classify step."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class ClassifySettings(BaseSettings):
    """Who classifies, and by which categories."""

    model_config = settings_config("CLASSIFY_")

    provider: str = Field(
        default="auto",
        description="auto (Anthropic where a key is set, else OpenAI, else local), anthropic, "
        "openai or local.",
    )
    fallback: str = Field(
        default="local",
        description="Providers tried in order when the first one fails, separated by commas; "
        "`none` to hand the ticket to a human instead.",
    )
    anthropic_model: str = Field(
        default="claude-haiku-5-5", description="Anthropic model that classifies."
    )
    anthropic_effort: Literal["low", "medium", "high", "none"] = Field(
        default="low",
        description="Effort of the Anthropic model; `none` for models before 5.x, which have none.",
    )
    openai_model: str = Field(
        default="gpt-5.4-nano", description="OpenAI (or gateway) model that classifies."
    )
    local_model: Path = Field(
        default=Path("services/classify/local/classifier.npz"),
        description="Trained file of the local classifier; train your own with "
        "`python -m services.classify.local.train`.",
    )
    answer_seconds: float = Field(
        default=16.0,
        gt=0,
        description="Longest time for all models together; under the 20 s that the workflow waits, "
        "so that a model that hangs leaves time for the next one.",
    )
    max_tokens: int = Field(default=500, ge=100, description="Upper limit of the model's answer.")
    max_characters: int = Field(
        default=12_000,
        ge=500,
        description="A longer ticket is shown to the model with its middle left out.",
    )
    max_turns: int = Field(
        default=5, ge=0, description="Last turns of the conversation that the model sees."
    )
    taxonomy: Path = Field(
        default=Path("config/taxonomy/default.yaml"),
        description="Categories, intents, urgency levels and moods, with their descriptions; "
        "labelled examples are read from examples.csv beside it.",
    )
    examples_per_category: int = Field(
        default=6, ge=0, le=50, description="How many labelled examples the model is shown."
    )
