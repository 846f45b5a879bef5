"""A message cut into the sentences that the injection model judges one by one."""

import re
from collections.abc import Iterable, Sequence

_END = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]*]{0,3}\s+|(?<=[。！？])|[\n|]+|\s[-–—*•]\s")
_WORD = re.compile(r"\w")
MIN_SENTENCE = 12
MAX_SENTENCE = 320
_MAX_SHORT = 60
PASSAGE = 420
MAX_SENTENCES = 64
"""Sentences of one message that are judged; longer texts are cut into longer pieces."""


def cut(text: str, limit: int) -> tuple[str, ...]:
    """Cut `text` into at most about `limit` sentences (longer ones, where it has more).

    Whatever the limit, no part of the text is left out.
    """
    pieces = _short_ones_together(_sentences(text))
    if len(pieces) > limit:
        size = sum(map(len, pieces)) // limit + 1
        pieces = _packed(pieces, max(size, MAX_SENTENCE))
    return tuple(pieces)


def _sentences(text: str) -> Iterable[str]:
    for piece in _END.split(text):
        clean = " ".join(piece.split())
        while len(clean) > MAX_SENTENCE:
            space = clean.rfind(" ", MAX_SENTENCE // 2, MAX_SENTENCE)
            stop = space if space > 0 else MAX_SENTENCE
            yield clean[:stop]
            clean = clean[stop:].strip()
        if _WORD.search(clean):
            yield clean


def _short_ones_together(sentences: Iterable[str]) -> list[str]:
    """Neighbours of a few letters joined; never to a long one, whose meaning they would change."""
    pieces: list[str] = []
    short = False
    for sentence in sentences:
        was_short, short = short, len(sentence) < MIN_SENTENCE
        if short and was_short and len(pieces[-1]) < _MAX_SHORT:
            pieces[-1] += " " + sentence
        else:
            pieces.append(sentence)
    return pieces


def passages(sentences: Sequence[str]) -> list[slice]:
    """Runs of neighbouring sentences that together are no longer than a paragraph."""
    runs, start, length = [], 0, 0
    for place, sentence in enumerate(sentences):
        if place > start and length + len(sentence) >= PASSAGE:
            runs.append(slice(start, place))
            start, length = place, 0
        length += len(sentence)
    runs.append(slice(start, len(sentences)))
    return [run for run in runs if run.stop - run.start > 1]


def _packed(pieces: Sequence[str], size: int) -> list[str]:
    """Neighbours joined while they stay within `size` characters."""
    packed: list[str] = []
    for piece in pieces:
        if packed and len(packed[-1]) + len(piece) < size:
            packed[-1] += " " + piece
        else:
            packed.append(piece)
    return packed
