"""What every finder returns, and how overlapping findings are settled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """One finding before overlaps are settled; the higher `score` wins (`end` exclusive)."""

    type: str
    start: int
    end: int
    score: float


def without_overlaps(spans: Iterable[Span], text: str) -> list[Span]:
    """The best of each overlapping group, in the order of `text`.

    Names and postal addresses that overlap are first joined, since patterns see parts of them. What
    a better finding leaves uncovered of another stays a finding: half a number is private too.
    """
    taken: list[Span] = []
    for span in sorted(_joined(spans), key=lambda s: (-s.score, s.start - s.end, s.start)):
        taken += _uncovered(span, taken, text)
    return sorted(taken, key=lambda span: span.start)


def _uncovered(span: Span, taken: Iterable[Span], text: str) -> Iterator[Span]:
    position = span.start
    over = [other for other in taken if other.start < span.end and span.start < other.end]
    if not over:
        yield span
        return
    for other in sorted(over, key=lambda o: o.start):
        yield from _piece(span, position, other.start, text)
        position = max(position, other.end)
    yield from _piece(span, position, span.end, text)


def _piece(span: Span, start: int, end: int, text: str) -> Iterator[Span]:
    places = [place for place in range(start, end) if text[place].isalnum()]
    if len(places) >= 2:
        yield Span(span.type, places[0], places[-1] + 1, span.score)


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
