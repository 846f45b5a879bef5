"""Persons by their given names and the family names after them.

The list holds given names of thirty countries (from Faker, MIT) of four letters and more, without
those that are written the same and mean something else: towns, months, plants, colours, products.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.common.redaction.names import NAME, trimmed
from services.common.redaction.spans import Span
from services.common.redaction.words import NO_NAME, NO_REPEATED_NAME

_FILE = Path(__file__).with_name("given_names.txt")
_NO_NAME = NO_NAME | NO_REPEATED_NAME
_RUN = re.compile(rf"(?<![\w@./#&+-]){NAME}")
_OF_A_PLACE = re.compile(
    r"\b(?:San|Saint|St\.?|Santa|Santo|São|Sankt|Cape|Costa|Villa|Mount|Lake|Port)[ ]$"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def find_given_names(text: str) -> Iterator[Span]:
    """A given name with the family name that follows it, or alone."""
    for run in _RUN.finditer(text):
        for word in _WORD.finditer(run[0]):
            start = run.start() + word.start()
            if _is_given(word[0]) and not _OF_A_PLACE.search(text[max(0, start - 8) : start]):
                span = trimmed(run[0][word.start() :], start)
                if span is not None:
                    yield Span("NAME", span.start, span.end, 0.6)
                break


def _is_given(word: str) -> bool:
    name = re.sub(r"['’]s$", "", word)
    return name in _given_names() and name.lower() not in _NO_NAME


@cache
def _given_names() -> frozenset[str]:
    return frozenset(_FILE.read_text(encoding="utf-8").split())
