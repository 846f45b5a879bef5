"""Settings of the store_correction service."""

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class StoreCorrectionSettings(BaseSettings):
    """When corrections say the same or contradict each other, and when they are given up."""

    model_config = settings_config("STORE_CORRECTION_")

    same_similarity: float = Field(
        default=0.95,
        ge=0,
        le=1,
        description="Cosine similarity: from here on two questions, and two resolutions, are "
        "taken to be the same.",
    )
    different_similarity: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="Cosine similarity: below this, two resolutions of the same question "
        "contradict each other.",
    )
    never_right_tickets: int = Field(
        default=3,
        ge=1,
        description="A correction is deactivated when humans edited or rejected drafts from it on "
        "this many tickets, and approved none.",
    )
    unused_days: int = Field(
        default=90,
        ge=1,
        description="The quality report names corrections that no answer cited for this many days.",
    )
