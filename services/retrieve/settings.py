"""Settings of the retrieve service."""

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class RetrieveSettings(BaseSettings):
    """How help documents are ranked; the defaults are the measured ones (docs/decisions)."""

    model_config = settings_config("RETRIEVE_")

    candidates: int = Field(
        default=50,
        ge=5,
        le=500,
        description="Parts each of the two searches brings to the ranking.",
    )
    text_weight: float = Field(
        default=0.3,
        ge=0,
        description="Weight of the full-text search's rank; the vector search's is 1.",
    )
    rank_constant: int = Field(
        default=10, ge=1, description="Reciprocal rank fusion: 1 / (constant + rank)."
    )
    language_margin: float = Field(
        default=0.15,
        ge=0,
        le=1,
        description=(
            "A part in the ticket's language goes before others "
            "unless its similarity is this much below the best."
        ),
    )
