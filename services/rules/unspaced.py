"""Find phrases in Japanese and Korean, which do not separate words: by substrings and gaps.

`人/どなたか ... 話 ... たい` means: one of the first, then within a few characters of the same
sentence 話, then たい. Time grows with the text's length times the number of alternatives.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.rules.text import fold

MAX_GAP = 12
"""Characters that may stand between two parts of a phrase."""

_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[.!?。]+|\n\s*\n")
_TAKEN_OUT = "."

Steps = tuple[tuple[str, ...], ...]
"""What must follow each other, each with its alternatives."""


@dataclass(frozen=True)
class Span:
    """Where a phrase was found in a sentence."""

    start: int
    end: int


def compile_steps(written: str, gap: str) -> Steps | None:
    """The parts of a phrase between its gaps; None where one of them holds nothing."""
    steps = tuple(
        tuple(closed for option in part.split("/") if (closed := _SPACE.sub("", fold(option))))
        for part in written.split(gap)
    )
    return steps if all(steps) else None


def sentences(folded: str) -> list[str]:
    """The text's sentences without any white space."""
    return [_SPACE.sub("", part) for part in _SENTENCE_END.split(folded) if part.strip()]


def occurs(sentence: str, steps: Steps) -> bool:
    """Whether the phrase is in `sentence`."""
    return bool(_spans(sentence, steps))


def without(sentence: str, steps: Steps) -> str:
    """`sentence` with every occurrence of the phrase taken out."""
    characters = list(sentence)
    for span in _spans(sentence, steps):
        characters[span.start : span.end] = _TAKEN_OUT * (span.end - span.start)
    return "".join(characters)


def _spans(sentence: str, steps: Steps) -> list[Span]:
    reached = [Span(at, end) for at, end in _places(sentence, steps[0])]
    for alternatives in steps[1:]:
        if not reached:
            break
        reached = _followed(sorted(reached, key=lambda span: span.end), sentence, alternatives)
    return reached


def _followed(reached: Sequence[Span], sentence: str, alternatives: tuple[str, ...]) -> list[Span]:
    """The spans that go on with one of `alternatives`, no further away than a gap allows."""
    ends = [span.end for span in reached]
    found = []
    for at, end in _places(sentence, alternatives):
        nearest = bisect_right(ends, at) - 1
        if nearest >= 0 and at - ends[nearest] <= MAX_GAP:
            found.append(Span(reached[nearest].start, end))
    return found


def _places(sentence: str, alternatives: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    for wanted in alternatives:
        at = sentence.find(wanted)
        while at >= 0:
            yield at, at + len(wanted)
            at = sentence.find(wanted, at + 1)
