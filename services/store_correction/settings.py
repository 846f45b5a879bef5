"""Settings of the store_correction service."""

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class StoreCorrectionSettings(BaseSettings):
    """When two corrections say the same, or contradict each other; cosine similarities."""

    model_config = settings_config("STORE_CORRECTION_")

    same_similarity: float = Field(
        default=0.95,
        ge=0,
        le=1,
        description="From here on two questions, and two resolutions, are taken to be the same.",
    )
    different_similarity: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="Below this, two resolutions of the same question contradict each other.",
    )
