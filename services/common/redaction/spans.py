"""What every finder returns, and how overlapping findings are settled."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """One finding before overlaps are settled; the higher `score` wins (`end` exclusive)."""

    type: str
    start: int
    end: int
    score: float


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The best of each overlapping group, in the order of the text."""
    taken: list[Span] = []
    for span in sorted(spans, key=lambda s: (-s.score, s.start - s.end, s.start)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    return sorted(taken, key=lambda span: span.start)
