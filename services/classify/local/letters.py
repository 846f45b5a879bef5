"""Runs of letters as features: the English encoder hardly reads other languages, these do."""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator

import numpy as np

from services.classify.local.heads import Floats

BUCKETS = 8192
_LENGTHS = (3, 4, 5)
_WORD = re.compile(r"[^\W\d_]+")
_MAX_WORDS = 400


def letter_runs(text: str) -> Floats:
    """Return the hashed runs of three to five letters within words, as a unit vector."""
    counts = Counter(zlib.crc32(run.encode()) % BUCKETS for run in _runs(_plain(text)))
    vector = np.zeros(BUCKETS, dtype=np.float32)
    for bucket, count in counts.items():
        vector[bucket] = 1.0 + np.log(count)
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _runs(text: str) -> Iterator[str]:
    for word in _WORD.findall(text)[:_MAX_WORDS]:
        padded = f" {word} "
        for length in _LENGTHS:
            for start in range(len(padded) - length + 1):
                yield padded[start : start + length]
