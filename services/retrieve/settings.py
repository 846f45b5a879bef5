"""Settings of the retrieve service."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from services.common.settings import settings_config


class RetrieveSettings(BaseSettings):
    """How help documents are ranked; the defaults are the measured ones (docs/decisions)."""

    model_config = settings_config("RETRIEVE_")

    help_folder: Path | None = Field(
        default=None,
        description=(
            "Folder of Markdown or HTML files that `Sync help centre` keeps the articles equal to, "
            "where its source is `folder`."
        ),
    )
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
    knowledge_language: str = Field(
        default="en",
        min_length=2,
        max_length=35,
        description=(
            "Language of the help articles. A question in a language that none of them is written "
            "in is translated into it before the search, where there is a model to do so."
        ),
    )
    translation_provider: str = Field(
        default="auto",
        description=(
            "Who translates questions: auto (Anthropic where a key is set, else OpenAI, else "
            "nobody), anthropic, openai, or local (nobody)."
        ),
    )
    translation_anthropic_model: str = Field(
        default="claude-haiku-5-5", description="Anthropic model that translates questions."
    )
    translation_openai_model: str = Field(
        default="gpt-5.4-nano", description="OpenAI (or gateway) model that translates questions."
    )
    translation_seconds: float = Field(
        default=6.0,
        gt=0,
        description=(
            "Longest time for a translation; after it the question is searched as it is. Under the "
            "15 s that the workflow waits for the whole search."
        ),
    )
    translation_max_tokens: int = Field(
        default=400, ge=50, description="Upper limit of a translated question."
    )
    holdout_share: float = Field(
        default=0.0,
        ge=0,
        le=1.0,
        description=(
            "This share of tickets gets no corrections, chosen by their id, so that what "
            "corrections bring can be measured (ledger GET /metrics/lift); 0: none."
        ),
    )
    answer_model: bool = Field(
        default=True,
        description=(
            "Use the answer model fitted from the corrections, where there is one "
            "(python -m services.retrieve.fit)."
        ),
    )
    answer_model_refresh_seconds: float = Field(
        default=30.0,
        ge=0,
        description="How often each process looks whether another version was made the active one.",
    )
    answer_model_corrections: int = Field(
        default=20_000,
        ge=50,
        description="The answer model is fitted on so many of the newest corrections.",
    )
    answer_model_versions: int = Field(
        default=10, ge=1, description="Versions of the answer model that are kept for going back."
    )
