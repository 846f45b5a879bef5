"""Words and letter groups of a text as one sparse unit vector; rare ones count more."""

import warnings
from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

Floats = NDArray[np.float32]

_BITS = 18
_PARTS = (
    HashingVectorizer(
        ngram_range=(1, 2),
        token_pattern=r"(?u)\b\w+\b",  # noqa: S106 (words, no password)
        n_features=2**_BITS,
        alternate_sign=False,
    ),
    HashingVectorizer(
        analyzer="char_wb", ngram_range=(3, 4), n_features=2**_BITS, alternate_sign=False
    ),
)
_CHARACTERS = 2_000


class Words:
    """Turns texts into vectors of `2 * 2**18` places, weighed by how rare each is in `fit`."""

    def __init__(self, rarity: Floats) -> None:
        self.rarity = rarity

    @classmethod
    def fit(cls, texts: Sequence[str]) -> "Words":
        """Learn from `texts` how rare each word and letter group is."""
        counts = _counts(texts)
        found = np.bincount(counts.indices, minlength=counts.shape[1])
        return cls(np.log((1 + len(texts)) / (1 + found)).astype(np.float32) + 1)

    def __call__(self, texts: Sequence[str]) -> sp.csr_matrix:
        """One row of length 1 per text; of length 0 where it has no word."""
        weighed = _counts(texts)
        weighed.data = weighed.data * self.rarity[weighed.indices]
        half = weighed.shape[1] // 2
        parts = [_unit(weighed[:, :half]), _unit(weighed[:, half:])]
        return sp.hstack(parts, format="csr", dtype=np.float32) * np.float32(0.5**0.5)


def _counts(texts: Sequence[str]) -> sp.csr_matrix:
    """How often, damped: one plus the logarithm."""
    cut = [text[:_CHARACTERS] for text in texts]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = [part.set_params(norm=None, dtype=np.float32).transform(cut) for part in _PARTS]
    counts = sp.hstack(parts, format="csr", dtype=np.float32)
    counts.data = 1 + np.log(counts.data)
    return counts


def _unit(rows: sp.csr_matrix) -> sp.csr_matrix:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel()
    return sp.diags(1 / np.maximum(lengths, 1e-9), dtype=np.float32) @ rows
