"""Whether two corrections say the same, contradict each other, or simply stand side by side."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.store_correction.settings import StoreCorrectionSettings

_LIST_MARKER = re.compile(r"^[ \t]*\d{1,2}[.)]\s", re.MULTILINE)
_FACT = re.compile(r"https?://[^\s<>\"')\]]+|[\w.+-]{1,64}@[\w-]+\.[\w.-]+|\d+(?:[.,:]\d+)*")
_NEGATION = re.compile(
    r"\b(?:no|not|never|none|without|unfortunately|cannot|\w+n['’]t"
    r"|nicht|kein\w*|nie|leider|nein|pas|jamais|malheureusement|non|nunca|tampoco|não)\b",
    re.IGNORECASE,
)
_REVERSED_SIMILARITY = 0.75
"""Two resolutions as close as this, of which one denies, are each other's opposite."""

_LONGER = 1.25
"""With this many times the words, a resolution says more, however alike they are."""


class Relation(Enum):
    """How a correction relates to another one of the same category."""

    SAME = "same"
    CONTRADICTS = "contradicts"
    UNRELATED = "unrelated"


@dataclass(frozen=True)
class Comparable:
    """What is compared of a correction."""

    id: str
    question: str
    resolution: str
    resolved_at: datetime


@dataclass(frozen=True)
class Neighbour(Comparable):
    """A correction with its cosine similarity to the one at hand, for both texts."""

    question_similarity: float
    resolution_similarity: float


def relation(
    correction: Comparable, neighbour: Neighbour, settings: StoreCorrectionSettings
) -> Relation:
    """Compare by meaning, and by what an embedding hardly sees: numbers, links and denials."""
    if neighbour.question_similarity < settings.same_similarity:
        return Relation.UNRELATED
    if _differ(correction.question, neighbour.question):
        return Relation.UNRELATED
    similarity = neighbour.resolution_similarity
    if facts(correction.resolution) != facts(neighbour.resolution):
        return Relation.CONTRADICTS
    if denies(correction.resolution) != denies(neighbour.resolution):
        opposite = similarity >= _REVERSED_SIMILARITY
        return Relation.CONTRADICTS if opposite else Relation.UNRELATED
    if similarity >= settings.same_similarity:
        return Relation.SAME if _of_one_length(correction, neighbour) else Relation.UNRELATED
    if similarity < settings.different_similarity:
        return Relation.CONTRADICTS
    return Relation.UNRELATED


def facts(text: str) -> frozenset[str]:
    """Return the numbers, links and addresses in `text`; numbers of list items do not count."""
    found = _FACT.findall(_LIST_MARKER.sub("", text))
    return frozenset(fact.rstrip(".,").lower() for fact in found)


def denies(text: str) -> bool:
    """Whether the text holds a negation."""
    return _NEGATION.search(text) is not None


def _of_one_length(one: Comparable, other: Comparable) -> bool:
    """Whether neither resolution says noticeably more than the other."""
    shorter, longer = sorted(len(each.resolution.split()) for each in (one, other))
    return longer <= _LONGER * shorter


def _differ(one: str, other: str) -> bool:
    return facts(one) != facts(other) or denies(one) != denies(other)
