"""What every finder returns, and how overlapping findings are settled."""

from bisect import bisect_left, insort
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
        for piece in list(_uncovered(span, taken, text)):
            insort(taken, piece, key=_start)
    return taken


def _start(span: Span) -> int:
    return span.start


def occurrences(text: str, value: str) -> Iterator[int]:
    """Where `value` stands in `text`, not inside a longer word."""
    at = text.find(value)
    while at >= 0:
        end = at + len(value)
        inside = at > 0 and _is_word(text[at - 1])
        if not inside and not (end < len(text) and _is_word(text[end])):
            yield at
        at = text.find(value, at + 1)


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _uncovered(span: Span, taken: list[Span], text: str) -> Iterator[Span]:
    """What of `span` the spans in `taken`, in order and apart, leave over."""
    position = span.start
    first = max(0, bisect_left(taken, span.start, key=_start) - 1)
    near = taken[first : bisect_left(taken, span.end, key=_start)]
    over = [other for other in near if other.end > span.start]
    if not over:
        yield span
        return
    for other in over:
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
