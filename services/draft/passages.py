"""Which part of which help section answers a question, and how good the evidence is.

What stands under one heading is quoted whole where it is short: an answer is rarely the one
sentence that is worded most like the question.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS

from services.common.embeddings import Embedder
from services.common.questions import missing
from services.contracts import Document
from services.draft.sentences import is_list_item, parts, plain

_MAX_CHARACTERS = 700
_MAX_TOGETHER = 900
_SECTIONS_READ = 3
_WORDS_WEIGHT = 0.3
"""Of the share of the question's words that a part holds; its best sentence's cosine counts 1."""
_ALSO_ON_THE_QUESTION = 0.85
"""Share of the best score from which on a second part of the same article is quoted, too."""
_BESIDE_THE_QUESTION = 0.3
"""Share of the best piece's cosine under which a part's first and last pieces are left out."""
_SAYS_WHAT_IS_ASKED = 0.15
"""Added where a part has what is asked for (a time, a price, a place); counts for the choice."""
_SECTION_WEIGHT, _PART_WEIGHT, _INTERCEPT = 4.6, 15.3, -14.0
_WORD = re.compile(r"[^\W\d_]{3,}|\d+")
_STEM = 6
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Passage:
    """Pieces of one source that answer the question, and how well (0..1)."""

    source_id: str
    title: str
    url: str
    quotes: tuple[str, ...]
    evidence: float


@dataclass(frozen=True)
class _Candidate:
    """What stands under one heading of a found section; `best` is its nearest piece."""

    document: Document
    pieces: tuple[str, ...]
    best: int
    score: float
    beside: frozenset[int]
    """Pieces that are about something else."""
    says_it: bool
    """Whether it has what the question asks for."""

    @property
    def rank(self) -> float:
        """What parts are chosen by."""
        return self.score + (_SAYS_WHAT_IS_ASKED if self.says_it else 0.0)


async def best_passage(
    embedder: Embedder, question: str, documents: Sequence[Document]
) -> Passage | None:
    """The passage that answers best; None where there is nothing to read.

    Sections further down are read where none of the first has what is asked for.
    """
    found = await _candidates(embedder, question, documents[:_SECTIONS_READ])
    if found and not any(each.says_it for each in found) and documents[_SECTIONS_READ:]:
        all_found = await _candidates(embedder, question, documents)
        found = all_found if any(each.says_it for each in all_found) else found
    return _passage(found) if found else None


async def _candidates(
    embedder: Embedder, question: str, documents: Sequence[Document]
) -> list[_Candidate]:
    read = [(d, part) for d in documents for part in parts(d.text)]
    if not read:
        return []
    sentences = [f"{part.heading}. {plain(piece)}" for _, part in read for piece in part.pieces]
    vectors = np.asarray(await embedder.embed([question, *sentences]))
    similarities = vectors[1:] @ vectors[0]
    words = _shares_of_words(
        question, [f"{d.title} {part.heading} {' '.join(part.pieces)}" for d, part in read]
    )
    candidates, position = [], 0
    for (document, part), share in zip(read, words, strict=True):
        scores = similarities[position : position + len(part.pieces)]
        position += len(part.pieces)
        best = int(np.argmax(scores))
        score = float(scores[best]) + _WORDS_WEIGHT * share
        far = np.flatnonzero(scores < _BESIDE_THE_QUESTION * scores[best])
        beside = frozenset(far.tolist()) - {best}
        says_it = not missing(question, f"{part.heading}. {' '.join(part.pieces)}")
        candidates.append(_Candidate(document, part.pieces, best, score, beside, says_it))
    return candidates


def _passage(candidates: Sequence[_Candidate]) -> Passage:
    """The best part, with the second best of its article where that is nearly as good."""
    first = max(candidates, key=lambda each: each.rank)
    quotes = _quotes(first)
    others = [c for c in candidates if c is not first and c.document.id == first.document.id]
    second = max(others, key=lambda each: each.rank, default=None)
    if second is not None and second.rank >= _ALSO_ON_THE_QUESTION * first.rank:
        more = _quotes(second)
        if sum(map(len, [*quotes, *more])) <= _MAX_TOGETHER:
            quotes += more
    document = first.document
    nearest = max(each.score for each in candidates)
    evidence = _evidence(document.score, min(nearest, first.rank))
    return Passage(document.id, document.title, document.url, quotes, evidence)


def _quotes(candidate: _Candidate) -> tuple[str, ...]:
    """The pieces of a part around its best one, all of them where the part is short."""
    found, start = candidate.pieces, candidate.best
    while start > 0 and is_list_item(found[start]):
        start -= 1  # a list makes sense only with its opening sentence
    end = candidate.best + 1
    room = _MAX_CHARACTERS - sum(map(len, found[start:end]))
    while True:
        if end < len(found) and len(found[end]) <= room:
            room -= len(found[end])
            end += 1
        elif start > 0 and len(found[start - 1]) <= room:
            start -= 1
            room -= len(found[start])
        else:
            break
    return _trimmed(candidate, start, end)


def _trimmed(candidate: _Candidate, start: int, end: int) -> tuple[str, ...]:
    found = candidate.pieces
    while end - 1 in candidate.beside and not is_list_item(found[end - 1]):
        end -= 1
    while start in candidate.beside and not is_list_item(found[start + 1]):
        start += 1
    return found[start:end]


def _shares_of_words(question: str, texts: Sequence[str]) -> list[float]:
    """What share of the question's words each text holds; those that few texts hold count more."""
    asked = _words(question)
    held = [_words(text) for text in texts]
    known = Counter(word for words in held for word in words)
    weights = {word: math.log((len(texts) + 1) / (known[word] + 0.5)) for word in asked}
    total = sum(weights.values())
    return [sum(weights[w] for w in asked & words) / total if total else 0.0 for words in held]


def _words(text: str) -> set[str]:
    """Stems of the words that carry meaning; pairs of signs where no spaces divide words."""
    folded = text.casefold()
    stems = {w[:_STEM] for w in _WORD.findall(folded) if w not in STOP_WORDS}
    return {w for w in stems if not _CJK.search(w)} | _pairs(_CJK.findall(folded))


def _pairs(signs: Sequence[str]) -> set[str]:
    return {one + other for one, other in pairwise(signs)}


def _evidence(section: float, part: float) -> float:
    """Strength of evidence 0..1 from the cosines of section and part.

    The shape comes from a logistic regression on FAQ paraphrases with the right answer left in or
    taken out of the FAQ, its height was set by hand; `make eval-retrieval` and `make eval-replay`
    report what it gives. What outcomes teach is fitted in `rules`, which gets this as a feature.
    """
    strength = _SECTION_WEIGHT * section + _PART_WEIGHT * part + _INTERCEPT
    return 1 / (1 + math.exp(-strength))
