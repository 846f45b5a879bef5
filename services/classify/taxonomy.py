"""The taxonomy: categories, intents, urgency and mood in a company's own words, from a file."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, Field, StringConstraints, ValidationError, model_validator

from services.classify.errors import TaxonomyInvalid
from services.contracts import Sentiment, Urgency

FALLBACK_CATEGORY = "general"
FALLBACK_INTENT = "other"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_\-]*$", max_length=200)]


class Entry(BaseModel):
    """One label with what it means and how customers put it."""

    id: Id
    description: str
    examples: list[str] = []


class Category(Entry):
    """A category with its intents."""

    name: str
    intents: list[Entry] = []


class Example(BaseModel):
    """One labelled message."""

    text: str = Field(min_length=1)
    category: str
    intent: str
    urgency: Urgency
    sentiment: Sentiment
    language: str


class Taxonomy(BaseModel):
    """All labels the classifier knows, and labelled examples of them."""

    categories: list[Category] = Field(min_length=1)
    urgency: list[Entry]
    sentiment: list[Entry]
    examples: list[Example] = []

    @model_validator(mode="after")
    def _agrees_with_the_contract(self) -> Self:
        _expect("urgency", [entry.id for entry in self.urgency], list(Urgency))
        _expect("sentiment", [entry.id for entry in self.sentiment], list(Sentiment))
        ids = [category.id for category in self.categories]
        if len(set(ids)) != len(ids):
            raise ValueError("categories: an id is there twice")
        if FALLBACK_CATEGORY not in ids:
            raise ValueError(
                f"categories: '{FALLBACK_CATEGORY}' is missing; unclear tickets go there"
            )
        return self

    def offered(self, allowed: Sequence[str]) -> list[Category]:
        """The categories named by `allowed`, in the file's order; unknown ones by name only."""
        known = {category.id: category for category in self.categories}
        bare = [
            Category(id=name, name=name, description="(see its name)")
            for name in allowed
            if name not in known
        ]
        return [known[name] for name in known if name in set(allowed)] + bare


def _expect(field: str, given: Sequence[str], wanted: Sequence[str]) -> None:
    if sorted(given) != sorted(wanted):
        raise ValueError(f"{field}: the ids must be {', '.join(wanted)}; got {', '.join(given)}")


def load_taxonomy(path: Path) -> Taxonomy:
    """Read the taxonomy file and examples.csv beside it, where there is one.

    Raises
    ------
    TaxonomyInvalid
        The message names the setting, the file, and the field or line that is wrong.
    """
    content = _yaml(path)
    if not isinstance(content, dict):
        raise TaxonomyInvalid(f"CLASSIFY_TAXONOMY '{path}': expected `categories:` and so on")
    try:
        taxonomy = Taxonomy.model_validate({**content, "examples": []})
    except ValidationError as error:
        raise TaxonomyInvalid(f"CLASSIFY_TAXONOMY '{path}': {_first(error)}") from error
    return taxonomy.model_copy(update={"examples": _examples(path.with_name("examples.csv"))})


def _yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise TaxonomyInvalid(f"CLASSIFY_TAXONOMY '{path}': {error}") from error


def _examples(path: Path) -> list[Example]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return [_example(row, path, number) for number, row in enumerate(csv.DictReader(lines), 2)]


def _example(row: dict[str, str], path: Path, number: int) -> Example:
    try:
        return Example.model_validate(row)
    except ValidationError as error:
        raise TaxonomyInvalid(f"'{path}', row {number}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    item = error.errors()[0]
    return f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}"
