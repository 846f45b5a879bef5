"""A penalised logistic regression on the signs: the probability that an answer is right."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

FOLDS = 5
_PENALTY = 20.0
_CLASS_PENALTY = 8.0
_STRANGE = 0.05
_STEPS = 25


@dataclass(frozen=True)
class Trust:
    """Weights of the standardised signs, and how far each class departs from the others."""

    centre: Floats
    spread: Floats
    weights: Floats
    intercept: float
    of_class: Floats

    def logit(self, signs: NDArray[np.float32], best: Places) -> Floats:
        """Log odds that the best answer is right, one per ticket."""
        standard = (signs - self.centre) / self.spread
        result: Floats = standard @ self.weights + self.of_class[best] + self.intercept
        return result


@dataclass(frozen=True)
class Strangers:
    """The same tickets with their class left out: whatever is said of them is wrong."""

    signs: NDArray[np.float32]
    best: Places


def fit_trust(
    signs: NDArray[np.float32],
    best: Places,
    right: NDArray[np.bool_],
    classes: int,
    strangers: Strangers,
) -> Trust:
    """Fit by Newton's method; classes with few tickets stay near the common line.

    The strangers count as `_STRANGE` of all tickets, so that what resembles nothing known is
    doubted also where everything known is easily told apart.
    """
    weight = np.ones(len(best) + len(strangers.best))
    weight[len(best) :] = _STRANGE * len(best) / max(1, len(strangers.best))
    signs = np.vstack([signs, strangers.signs])
    best = np.concatenate([best, strangers.best])
    right = np.concatenate([right, np.zeros(len(strangers.best), np.bool_)])
    centre, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    one_hot = np.zeros((len(best), classes))
    one_hot[np.arange(len(best)), best] = 1
    design = np.hstack([(signs - centre) / spread, one_hot, np.ones((len(best), 1))])
    penalty = np.r_[np.full(signs.shape[1], _PENALTY), np.full(classes, _CLASS_PENALTY), 1e-3]
    weights = _newton(design, right.astype(np.float64), penalty, weight)
    count = signs.shape[1]
    return Trust(
        centre.astype(np.float64),
        spread.astype(np.float64),
        weights[:count],
        float(weights[-1]),
        weights[count:-1],
    )


def _newton(design: Floats, right: Floats, penalty: Floats, weight: Floats) -> Floats:
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        sure = weight * np.maximum(chance * (1 - chance), 1e-6)
        curvature = (design * sure[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(
            curvature, design.T @ (weight * (right - chance)) - penalty * weights
        )
        weights += step
        if np.abs(step).max() < 1e-4:
            break
    return weights


def cross_fitted(
    signs: NDArray[np.float32],
    best: Places,
    right: NDArray[np.bool_],
    classes: int,
    strangers: Strangers,
) -> Floats:
    """Log odds of each row by a model that was fitted without it."""
    folds = np.random.default_rng(0).permutation(len(best)) % FOLDS
    logits = np.zeros(len(best))
    for fold in range(FOLDS):
        held = folds == fold
        if held.any() and not held.all():
            others = Strangers(strangers.signs[~held], strangers.best[~held])
            trust = fit_trust(signs[~held], best[~held], right[~held], classes, others)
            logits[held] = trust.logit(signs[held], best[held])
    return logits
