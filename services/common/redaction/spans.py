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
    """The best of each overlapping group, in the order of the text.

    Names and postal addresses that overlap are first joined, since patterns see parts of them.
    """
    taken: list[Span] = []
    for span in sorted(_joined(spans), key=lambda s: (-s.score, s.start - s.end, s.start)):
        if all(span.end <= other.start or span.start >= other.end for other in taken):
            taken.append(span)
    return sorted(taken, key=lambda span: span.start)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.type, s.start)):
        last = joined[-1] if joined else None
        if last and span.type == last.type in {"NAME", "ADDRESS"} and span.start < last.end:
            end, score = max(last.end, span.end), max(last.score, span.score)
            joined[-1] = Span(span.type, last.start, end, score)
        else:
            joined.append(span)
    return joined
