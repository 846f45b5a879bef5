"""A softmax regression on the embeddings, cross-fitted: each row is scored by one that lacks it.

The three regressions are linear, so what new tickets get is the mean of them: one matrix. What a
row would get had none of its class been known comes from three more, each without a third of the
classes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

PARTS = 3
_PENALTY = 1.0
_STEPS = 60
_NOTHING = -20.0
"""The score of a class of which nothing was seen."""


@dataclass(frozen=True)
class Head:
    """Log odds of each class, up to a constant per ticket; the last row is the intercepts."""

    centre: Floats
    weights: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """One row of scores per ticket."""
        scores: Floats = _spread(vectors, self.centre) @ self.weights
        return scores


@dataclass(frozen=True)
class Crossed:
    """The head for new tickets, and what the stream's own rows would have got from one."""

    head: Head
    unseen: Floats
    strange: Floats
    """What each row would have got had none of its class been seen."""


def cross_fit(vectors: Floats, classes: Places, count: int) -> Crossed:
    """Fit on embeddings and their classes of `count`; rows without a class are only scored."""
    centre = vectors.mean(axis=0)
    spread = _spread(vectors, centre)
    random = np.random.default_rng(0)
    part = random.permutation(len(classes)) % PARTS
    part_of_class = random.permutation(count) % PARTS
    known = classes >= 0
    unseen = np.empty((len(classes), count), np.float32)
    strange = np.empty_like(unseen)
    sum_of_weights = np.zeros((spread.shape[1], count), np.float32)
    for place in range(PARTS):
        held = part == place
        weights = _softmax_regression(spread[known & ~held], classes[known & ~held], count)
        unseen[held] = spread[held] @ weights
        sum_of_weights += weights
        held = known & (part_of_class[classes] == place)
        weights = _softmax_regression(spread[known & ~held], classes[known & ~held], count)
        strange[held] = spread[held] @ weights
    strange[~known] = unseen[~known]
    rows = np.flatnonzero(known)
    strange[rows, classes[rows]] = strange[rows].min(axis=1)
    mean = (sum_of_weights / PARTS).astype(np.float32)
    return Crossed(Head(centre, mean), unseen, strange)


def _spread(vectors: Floats, centre: Floats) -> Floats:
    """Centred, of length about one per dimension, with a column for the intercept."""
    moved = (vectors - centre) * np.float32(vectors.shape[1] ** 0.5)
    return np.hstack([moved, np.ones((len(moved), 1), np.float32)]).astype(np.float32)


def _softmax_regression(rows: Floats, classes: Places, count: int) -> Floats:
    """Penalised maximum likelihood; a class without rows scores `_NOTHING`."""
    present = np.unique(classes)
    found = np.zeros((rows.shape[1], count), np.float32)
    found[-1] = _NOTHING
    if len(present) < 2:
        return found
    own = np.searchsorted(present, classes)
    shape = (rows.shape[1], len(present))
    truth = np.zeros((len(rows), len(present)), np.float32)
    truth[np.arange(len(rows)), own] = 1

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape).astype(np.float32)
        chance, likelihood = softmax(rows @ weights, own)
        slope = rows.T @ (chance - truth) + _PENALTY * weights
        size = float((weights * weights).sum())
        return 0.5 * _PENALTY * size - likelihood, slope.ravel().astype(np.float64)

    start = np.zeros(shape[0] * shape[1])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    found[:, present] = best.x.reshape(shape)
    return found


def softmax(scores: Floats, truth: Places | None = None) -> tuple[Floats, float]:
    """Probabilities of the classes, and the log likelihood of `truth`."""
    moved = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(moved)
    total = powers.sum(axis=1, keepdims=True)
    likelihood = 0.0
    if truth is not None:
        likelihood = float((moved[np.arange(len(truth)), truth] - np.log(total[:, 0])).sum())
    return powers / total, likelihood
