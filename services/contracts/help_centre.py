"""Help articles as they come from a help centre, whoever makes it, and what a sync changed."""

from collections import Counter
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field, field_validator

from services.contracts.base import Contract, Identifier
from services.contracts.retrieval import HelpDocument


class SourceArticle(Contract):
    """One article of a help centre, in the form that every `Fetch articles from …` gives."""

    id: Identifier
    title: str
    text: str
    format: Literal["markdown", "html"]
    url: str
    category: str | None
    locale: str | None
    updated_at: AwareDatetime | None
    problem: str = Field(default="", description="Why it could not be read; it is kept as it was.")


class SourceArticles(Contract):
    """Answer of `GET /help-folder/articles`: one page, in the order of the ids."""

    articles: list[SourceArticle]
    total: int = Field(ge=0)
    next_offset: int | None = Field(ge=0, description="Null on the last page.")


class SyncArticleRequest(HelpDocument):
    """Body of `PUT /help-centre/{source}/articles/{id}`."""


class Change(StrEnum):
    """What storing an article changed."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class SyncedArticle(Contract):
    """Answer of `PUT /help-centre/{source}/articles/{id}`."""

    id: Identifier
    change: Change
    embedded: int = Field(ge=0, description="Parts embedded anew; the rest read as before.")


class FinishSyncRequest(Contract):
    """Body of `POST /help-centre/{source}/syncs`: everything that the help centre has now."""

    started_at: AwareDatetime
    synced: list[SyncedArticle] = Field(max_length=20_000)
    failed: list[Identifier] = Field(
        default_factory=list, max_length=20_000, description="There, but not stored; these stay."
    )
    largest_removal: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="More than this share of what is stored is never removed at once.",
    )
    complete: bool = Field(
        default=True,
        description="False where a part of the list could not be read: then nothing is removed.",
    )

    @field_validator("synced")
    @classmethod
    def _named_once(cls, synced: list[SyncedArticle]) -> list[SyncedArticle]:
        named = Counter(article.id for article in synced)
        if twice := [name for name, count in named.items() if count > 1]:
            raise ValueError(
                f"more than one article has the id '{twice[0]}', and the last overwrote the "
                "others: give each its own"
            )
        return synced

    @field_validator("started_at")
    @classmethod
    def _plausible(cls, moment: AwareDatetime) -> AwareDatetime:
        if not 1970 < moment.year < 2200:
            raise ValueError("must lie between 1971 and 2199")
        return moment


class SyncReport(Contract):
    """What one sync changed."""

    source: Identifier
    started_at: AwareDatetime
    finished_at: AwareDatetime
    new: list[str]
    changed: list[str]
    removed: list[str]
    failed: list[str]
    unchanged: int = Field(ge=0)
    embedded: int = Field(ge=0, description="Sections embedded anew.")
    stale_corrections: int = Field(
        ge=0, description="Corrections that cite what was changed or removed: look at them."
    )


class SyncReports(Contract):
    """Answer of `GET /help-centre/syncs`, the newest first."""

    syncs: list[SyncReport]
