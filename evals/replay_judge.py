"""Was the reply right? Answered from the labels of the file, the firmest first."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from evals.replay_rows import Row
from evals.replay_run import Record
from services.common.embeddings.local import LocalEmbedder

SAME_RESOLUTION = 0.65
SAME_NUMBERS = 0.6
"""A reply says what the right one says from this likeness on, with this share of its numbers.

Measured on tickets that also say what the reply must say: docs/evaluate.md.
"""
_SENTENCE = re.compile(r"(?<=[.!?。？！])\s+|\n+")
_SPACE = re.compile(r"\s+")
_LETTER = re.compile(r"[^\W\d_]")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


class Basis(StrEnum):
    """What a judgement rests on."""

    MUST_NOT_SEND = "must_not_send"
    MUST_SAY = "must_say"
    SOURCE = "expected_source"
    RESOLUTION = "resolution"
    MAY_SEND = "may_be_sent"
    """Marked as no ticket for a human, and nothing else: what the reply says is not checked."""


def basis(row: Row) -> Basis | None:
    """What a reply to this row can be judged by; None where the row has no label for it."""
    if row.must_not_send:
        return Basis.MUST_NOT_SEND
    if row.must_say:
        return Basis.MUST_SAY
    if row.expected_source:
        return Basis.SOURCE
    if row.resolution:
        return Basis.RESOLUTION
    return None if row.must_not_send is None else Basis.MAY_SEND


def cited(record: Record) -> list[str]:
    """The articles and corrections that the reply quotes."""
    citations = record.draft.citations if record.draft else []
    return list(dict.fromkeys(article_of(citation.source_id) for citation in citations))


def article_of(source_id: str) -> str:
    """`returns#3` → `returns`; the id of a correction stays."""
    return source_id.partition("#")[0]


async def judge(records: Sequence[Record]) -> None:
    """Fill in `right`, `why` and the similarity with the resolution, where the labels allow."""
    compared = [each for each in records if each.drafted and each.row.resolution]
    for record, similarity in zip(compared, await _similarities(compared), strict=True):
        record.resolution_similarity = similarity
    for record in records:
        if record.drafted:
            _judge(record)


def _judge(record: Record) -> None:
    match basis(record.row):
        case Basis.MUST_NOT_SEND:
            record.right, record.why = False, "needs a human"
        case Basis.MUST_SAY | Basis.SOURCE:
            missing = _missing(record)
            record.right, record.why = not missing, missing
        case Basis.RESOLUTION:
            record.right = like_resolution(record)
            record.why = "" if record.right else "says something else than the right reply"
        case Basis.MAY_SEND:
            record.right = True


def _missing(record: Record) -> str:
    reply = folded(record.draft.reply if record.draft else "")
    if any(folded(phrase) not in reply for phrase in record.row.must_say):
        # without the phrase: pages are passed on
        return "does not say what it must"
    wanted = record.row.expected_source
    if wanted and not set(wanted) & set(cited(record)) and not record.row.must_say:
        return f"is not from {' or '.join(wanted)}"
    return ""


def like_resolution(record: Record) -> bool:
    """Whether the reply says what the right one says: alike in meaning, and in its numbers."""
    if (record.resolution_similarity or 0.0) < SAME_RESOLUTION:
        return False
    wanted = set(_NUMBER.findall(record.row.resolution or ""))
    said = set(_NUMBER.findall(record.draft.reply if record.draft else ""))
    return not wanted or len(wanted & said) / len(wanted) >= SAME_NUMBERS


def folded(text: str) -> str:
    """Text for comparing: no capitals, one kind of space, dash and quote."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    for dash in "‐‑–—−":
        plain = plain.replace(dash, "-")
    return _SPACE.sub(" ", plain.replace("’", "'")).strip()


async def _similarities(records: Sequence[Record]) -> list[float]:
    if not records:
        return []
    replies = [_sentences(each.draft.reply if each.draft else "") for each in records]
    rights = [_sentences(each.row.resolution or "") for each in records]
    texts = list(dict.fromkeys(chain.from_iterable([*replies, *rights])))
    vectors = dict(zip(texts, np.asarray(await LocalEmbedder().embed(texts)), strict=True))
    return [
        _covered([vectors[one] for one in right], [vectors[one] for one in reply])
        for right, reply in zip(rights, replies, strict=True)
    ]


def _covered(right: Sequence[NDArray[np.float64]], reply: Sequence[NDArray[np.float64]]) -> float:
    """How much of the right reply stands in the other: each sentence's nearest, on average."""
    if not right or not reply:
        return 0.0
    return float((np.stack(right) @ np.stack(reply).T).max(axis=1).mean())


def _sentences(text: str) -> list[str]:
    parts = (part.strip() for part in _SENTENCE.split(text))
    return [part for part in parts if len(_LETTER.findall(part)) > 2]
