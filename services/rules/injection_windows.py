"""A text cut into the pieces that the injection model judges one by one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_END = re.compile(r"(?<=[.!?…。！？])[\"'”’)\]*]{0,3}\s+|(?<=[。！？])|[\n|]+|\s[-–—*•]\s")
_WORD = re.compile(r"\w")
MIN_SENTENCE = 12
MAX_SENTENCE = 320
PASSAGE = 420
MAX_SENTENCES = 64
"""Sentences of one message that are judged; longer texts are cut into longer pieces."""


@dataclass(frozen=True)
class Windows:
    """`sentences` in order, and `passages` of neighbouring ones where there are several."""

    sentences: tuple[str, ...]
    passages: tuple[str, ...]


def cut(text: str, limit: int) -> Windows:
    """Cut `text`; at most `limit` sentences (longer ones, where it has more) and as many passages.

    Whatever the limit, no part of the text is left out.
    """
    pieces = _merged(_sentences(text), MIN_SENTENCE)
    if len(pieces) > limit:
        size = sum(map(len, pieces)) // limit + 1
        pieces = _packed(pieces, max(size, MAX_SENTENCE))
    passages = _packed(pieces, max(PASSAGE, sum(map(len, pieces)) // limit * 2 + 1))
    return Windows(tuple(pieces), tuple(p for p in passages if p not in set(pieces)))


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


def _merged(pieces: Iterable[str], least: int) -> list[str]:
    """The pieces, short ones joined to the one before."""
    merged: list[str] = []
    for piece in pieces:
        if merged and len(merged[-1]) < least:
            merged[-1] += " " + piece
        else:
            merged.append(piece)
    return merged


def _packed(pieces: Sequence[str], size: int) -> list[str]:
    """Neighbours joined while they stay within `size` characters."""
    packed: list[str] = []
    for piece in pieces:
        if packed and len(packed[-1]) + len(piece) < size:
            packed[-1] += " " + piece
        else:
            packed.append(piece)
    return packed
