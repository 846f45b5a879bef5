"""Settings of the rules service."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class RulesSettings(BaseSettings):
    """Where the rules' data files are."""

    model_config = settings_config("RULES_")

    file: Path = Field(
        default=Path("config/rules/default.yaml"),
        description="The word lists and patterns, in the field's own words.",
    )
    presets_dir: Path = Field(
        default=Path("config/rules/presets"),
        description="One YAML file per preset of the category policies.",
    )
    prior_file: Path = Field(
        default=Path("config/rules/prior.json"),
        description="Weights of the probability model, until it is fitted from outcomes.",
    )
    calibration_refresh_seconds: float = Field(
        default=30.0,
        ge=0,
        description="How often each process looks whether another calibration is used now.",
    )
    injection_model: Path = Field(
        default=Path("services/rules/injection.npz"),
        description="The trained model that judges injection, beside the patterns.",
    )
    injection_threshold: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description=(
            "Score of that model from which a human gets the ticket: higher flags less, 1 leaves "
            "the patterns only. What 0.5 catches and flags stands in evals/reports/injection.md."
        ),
    )
