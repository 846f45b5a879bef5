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
