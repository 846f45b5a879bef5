"""Several scores of each class made into one: the log odds that it is the right answer.

Every kind of score has one weight and every class one intercept, fitted (Wolpert 1992, stacked
generalization) on scores that no row had a part in itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.retrieve.answers.heads import softmax
from services.retrieve.answers.signs import Neighbourhood

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

SCALE = np.float32(0.1)
"""By which the signs of a score are made comparable with those of its parts."""

_CLASS_PENALTY = 3.0
_PENALTY = 0.01
_FIRST = 5.0
_STEPS = 100
_SHARPNESS = 10
_LEAST_VOTE = 1e-3


@dataclass(frozen=True)
class Stack:
    """The weight of each kind of score, and each class's intercept."""

    weights: Floats
    intercepts: Floats

    def __call__(self, scores: Sequence[Floats]) -> Floats:
        """One row of log odds, up to a constant, per ticket."""
        total = np.zeros_like(scores[0]) + self.intercepts
        for weight, part in zip(self.weights, scores, strict=True):
            total += weight * part
        return np.asarray(total, np.float32)


def fit_stack(scores: Sequence[Floats], classes: Places) -> Stack:
    """Fit on the rows that have a class."""
    rows = np.flatnonzero(classes >= 0)
    own = classes[rows]
    kinds = [np.ascontiguousarray(part[rows]) for part in scores]
    truth = np.zeros_like(kinds[0])
    truth[np.arange(len(own)), own] = 1
    count = len(kinds)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, intercepts = flat[:count], flat[count:]
        stack = Stack(weights.astype(np.float32), intercepts.astype(np.float32))
        chance, likelihood = softmax(stack(kinds), own)
        off = chance - truth
        size = _PENALTY * float(weights @ weights) + _CLASS_PENALTY * float(intercepts @ intercepts)
        slope = [float(np.vdot(off, part)) for part in kinds]
        return 0.5 * size - likelihood, np.r_[
            slope + _PENALTY * weights, off.sum(axis=0) + _CLASS_PENALTY * intercepts
        ]

    start = np.r_[np.full(count, _FIRST), np.zeros(kinds[0].shape[1])]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    found = best.x.astype(np.float32)
    return Stack(found[:count], found[count:])


def votes(near: Neighbourhood, count: int) -> list[Floats]:
    """Each class's share of the nearest examples' votes, and how much it got, as a logarithm."""
    cast = np.exp(_SHARPNESS * (near.cosines - 1))
    total = np.zeros((len(cast), count), np.float32)
    rows, places = np.nonzero(near.classes >= 0)
    np.add.at(total, (rows, near.classes[rows, places]), cast[rows, places])
    share = total / cast.sum(axis=1, keepdims=True)
    return [share.astype(np.float32), np.log(total + np.float32(_LEAST_VOTE))]


def odds_signs(scores: Floats, order: Places) -> Floats:
    """How sure the log odds themselves are: of the best, its leads, and how spread they are."""
    rows = np.arange(len(scores))
    chance, _ = softmax(scores)
    best = chance[rows, order[:, 0]]
    first, second, third = (scores[rows, order[:, place]] for place in range(3))
    columns = [
        np.log((best + 1e-6) / (1 - best + 1e-6)),
        first - second,
        second - third,
        (chance * np.log(chance + 1e-9)).sum(axis=1),
    ]
    return np.stack(columns, axis=1).astype(np.float32)
