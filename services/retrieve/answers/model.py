"""The answer model: which known answer a ticket needs, and how probable it is that it is right.

Three kernel ridge regressions (meaning, meaning with words, words), a softmax regression and the
nearest examples' votes score every known answer; a stack makes one score of them. A logistic model
on the scores, their margins, the neighbours and each answer's record says how far the best one may
be trusted. It is fitted on scores of rows left out only, and its own predictions for the stream are
cross-fitted: no ticket is judged by a model that knew its answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from services.retrieve.answers.examples import NO_ANSWER, Example, answer_classes
from services.retrieve.answers.heads import Head, cross_fit
from services.retrieve.answers.ridge import fit_ridge
from services.retrieve.answers.signs import (
    NEIGHBOURS,
    Neighbourhood,
    Record,
    neighbour_signs,
    ranked,
    score_signs,
)
from services.retrieve.answers.stack import SCALE, Stack, fit_stack, odds_signs, votes
from services.retrieve.answers.trust import Strangers, Trust, cross_fitted, fit_trust
from services.retrieve.answers.words import Words

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

LANDMARKS = 2_500
LEAST_EXAMPLES = 50
LEAST_ANSWERS = 2
_WIDTH = 1.0
_WORD_SHARE = 0.5
_PENALTIES = (0.2, 0.3, 0.3)
_CHUNK = 1_000
_FORBIDDEN = -1e9
_BLAS = ThreadpoolController()
"""Limited to one thread: on a busy machine several wait for each other most of the time."""


class TooFewAnswers(ValueError):
    """Too few answers were given more than once; the text says how many it takes."""


@dataclass(frozen=True)
class Judged:
    """The best known answer of each ticket and the probability that it is right."""

    best: Places
    probability: NDArray[np.float64]


@dataclass(frozen=True)
class AnswerModel:
    """Everything that predicting needs; arrays only, so that it can be stored."""

    ids: list[str]
    classes: Places
    vectors: Floats
    landmarks: Places
    landmark_words: sp.csr_matrix
    words: Words
    weights: list[Floats]
    head: Head
    stack: Stack
    record: Record
    trust: Trust

    @cached_property
    def _landmark_vectors(self) -> Floats:
        return self.vectors[self.landmarks].T.copy()

    @cached_property
    def _landmark_columns(self) -> sp.csr_matrix:
        return self.landmark_words.T.tocsr()

    def judge(
        self, texts: Sequence[str], vectors: Floats, allowed: NDArray[np.bool_] | None = None
    ) -> Judged:
        """Judge tickets it has not seen; `allowed` marks the classes that may be answered."""
        with _BLAS.limit(limits=1):
            return self._judge(texts, vectors, allowed)

    def _judge(
        self, texts: Sequence[str], vectors: Floats, allowed: NDArray[np.bool_] | None
    ) -> Judged:
        kernels = _kernels(
            vectors @ self._landmark_vectors, self.words(texts), self._landmark_columns
        )
        parts = [kernel @ weights for kernel, weights in zip(kernels, self.weights, strict=True)]
        parts.append(self.head(vectors))
        near = _neighbourhood(vectors @ self.vectors.T, self.classes)
        judged = _Judging.of(parts, near, self.stack, allowed)
        order = judged.order
        signs = np.hstack([judged.signs(texts), self.record.signs(order[:, 0], order[:, 1])])
        return Judged(order[:, 0], _probability(self.trust.logit(signs, order[:, 0])))


@dataclass(frozen=True)
class Fitted:
    """A fitted model, and how it would have judged each example had it not known it."""

    model: AnswerModel
    names: list[str]
    unseen: Judged
    right: NDArray[np.bool_]


def fit(examples: Sequence[Example]) -> Fitted:
    """Fit on solved tickets; seconds for 10,000. Raises `TooFewAnswers`."""
    with _BLAS.limit(limits=1):
        return _fit(examples)


def _fit(examples: Sequence[Example]) -> Fitted:
    classes, names = answer_classes(examples)
    if len(names) < LEAST_ANSWERS:
        raise TooFewAnswers(
            f"The answer model needs {LEAST_ANSWERS} answers that were given more than once, "
            f"there are {len(names)} among {len(examples)} corrections."
        )
    texts = [example.question for example in examples]
    vectors = np.stack([example.vector for example in examples]).astype(np.float32)
    words = Words.fit(texts)
    written = words(texts)
    chosen = np.random.default_rng(0).permutation(len(examples))[:LANDMARKS]
    landmarks = np.sort(chosen)
    targets = np.zeros((len(examples), len(names)), np.float32)
    known = classes != NO_ANSWER
    targets[known, classes[known]] = 1
    kernels = _kernels(vectors @ vectors[landmarks].T, written, written[landmarks].T.tocsr())
    ridges = [
        fit_ridge(kernel, kernel[landmarks], targets, penalty, classes)
        for kernel, penalty in zip(kernels, _PENALTIES, strict=True)
    ]
    count = len(names)
    crossed = cross_fit(vectors, classes, count)
    near, near_strange = _neighbourhoods_of_stream(vectors, classes)
    parts = [*(ridge.unseen for ridge in ridges), crossed.unseen]
    stack = fit_stack([*parts, *votes(near, count)], classes)
    unseen = _Judging.of(parts, near, stack)
    strange = _Judging.of(
        [*(ridge.strange for ridge in ridges), crossed.strange], near_strange, stack
    )
    record = Record.of(unseen.best, classes, count)
    signs = np.hstack([unseen.signs(texts), unseen.record_signs(record, classes)])
    strangers = Strangers(
        np.hstack([strange.signs(texts), strange.record_signs(record, None)]), strange.best
    )
    best = unseen.best
    right = best == classes
    trust = fit_trust(signs, best, right, count, strangers)
    logits = cross_fitted(signs, best, right, count, strangers)
    model = AnswerModel(
        ids=[example.id for example in examples],
        classes=classes,
        vectors=vectors,
        landmarks=landmarks,
        landmark_words=written[landmarks],
        words=words,
        weights=[ridge.weights for ridge in ridges],
        head=crossed.head,
        stack=stack,
        record=record,
        trust=trust,
    )
    return Fitted(model, names, Judged(best, _probability(logits)), right)


@dataclass(frozen=True)
class _Judging:
    """Scores of tickets, of new ones or of the stream's own under one of the ways of leaving out.

    `parts` are those of the three kernels and of the softmax regression.
    """

    scores: Floats
    parts: list[Floats]
    near: Neighbourhood
    order: Places

    @classmethod
    def of(
        cls,
        parts: list[Floats],
        near: Neighbourhood,
        stack: Stack,
        allowed: NDArray[np.bool_] | None = None,
    ) -> "_Judging":
        scores = stack([*parts, *votes(near, parts[0].shape[1])])
        order = ranked(scores if allowed is None else np.where(allowed, scores, _FORBIDDEN))
        return cls(scores, parts, near, order)

    @property
    def best(self) -> Places:
        return self.order[:, 0]

    def signs(self, texts: Sequence[str]) -> Floats:
        lengths = np.array([len(text.split()) for text in texts], np.float32)
        meaning, _, wording, head = self.parts
        return np.hstack(
            [
                odds_signs(self.scores, self.order),
                score_signs(self.scores * SCALE, [meaning, wording, head * SCALE], self.order),
                neighbour_signs(self.near, self.best, lengths),
            ]
        )

    def record_signs(self, record: Record, truth: Places | None) -> Floats:
        return record.signs(self.best, self.order[:, 1], truth)


def _kernels(cosines: Floats, words: sp.csr_matrix, columns: sp.csr_matrix) -> list[Floats]:
    meaning = np.exp(-2 * _WIDTH * (1 - cosines)).astype(np.float32)
    wording = np.asarray((words @ columns).todense(), dtype=np.float32)
    return [meaning, meaning + _WORD_SHARE * wording, wording]


def _neighbourhood(cosines: Floats, classes: Places) -> Neighbourhood:
    count = min(NEIGHBOURS, cosines.shape[1])
    nearest = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
    values = np.take_along_axis(cosines, nearest, axis=1)
    order = np.argsort(-values, axis=1)
    nearest = np.take_along_axis(nearest, order, axis=1)
    return Neighbourhood(classes[nearest], np.take_along_axis(values, order, axis=1))


def _neighbourhoods_of_stream(
    vectors: Floats, classes: Places
) -> tuple[Neighbourhood, Neighbourhood]:
    """The neighbours of each row without itself, and without all of its class."""
    alone, strange = [], []
    for start in range(0, len(vectors), _CHUNK):
        own = classes[start : start + _CHUNK]
        cosines = vectors[start : start + _CHUNK] @ vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, start + rows] = -1
        alone.append(_neighbourhood(cosines, classes))
        cosines[(own[:, None] == classes[None]) & (own >= 0)[:, None]] = -1
        strange.append(_neighbourhood(cosines, classes))
    return _joined(alone), _joined(strange)


def _joined(parts: Sequence[Neighbourhood]) -> Neighbourhood:
    return Neighbourhood(
        np.concatenate([part.classes for part in parts]),
        np.concatenate([part.cosines for part in parts]),
    )


def _probability(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))))
