"""Fits the probability from reviewed outcomes: a logistic model, drawn towards the prior.

The prior takes part as pseudo-outcomes ("data augmentation priors", Bedrick, Christensen and
Johnson 1996), spread over all that features can be, so that what no outcome tells stays as the
prior has it. Categories share all weights; each has an own intercept, drawn towards none.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.rules.calibration import Features, LogisticCalibrator, Weights

Floats = NDArray[np.float64]

LEAST_OUTCOMES = 50
FOLDS = 5
_PRIOR_OUTCOMES = 30.0
"""So many outcomes weigh as much as the prior."""
_PSEUDO = 256
_PENALTY = 0.1
_OWN_SCALE = 0.2
_NAMES = tuple(Features.__dataclass_fields__)


@dataclass(frozen=True)
class Judged:
    """One reviewed outcome with what was measured of the draft then."""

    id: int
    ticket_id: str
    category: str
    features: Features
    right: bool


@dataclass(frozen=True)
class Fit:
    """The fitted weights, and what each outcome would have got from a model without it."""

    weights: Weights
    unseen: Floats


def fit(outcomes: Sequence[Judged], prior: Weights) -> Fit:
    """Fit on all outcomes, and on four fifths of them for the other fifth, in turn."""
    folds = np.array([_fold(each.ticket_id) for each in outcomes])
    unseen = np.zeros(len(outcomes))
    for fold in np.unique(folds):
        others = [each for each, of in zip(outcomes, folds, strict=True) if of != fold]
        calibrator = LogisticCalibrator(_weights(others, prior))
        for place, each in enumerate(outcomes):
            if folds[place] != fold:
                continue
            unseen[place] = calibrator.probability(each.features, each.category)
    return Fit(_weights(outcomes, prior), unseen)


def _fold(ticket_id: str) -> int:
    """The same for all outcomes of a ticket."""
    return hashlib.sha256(ticket_id.encode()).digest()[0] % FOLDS


def _weights(outcomes: Sequence[Judged], prior: Weights) -> Weights:
    categories = sorted({each.category for each in outcomes})
    pseudo, chance = _pseudo_outcomes(prior)
    real = np.array([[asdict(each.features)[name] for name in _NAMES] for each in outcomes])
    own = np.array([[each.category == name for name in categories] for each in outcomes], float)
    even = _OWN_SCALE / max(1, len(categories))  # the prior speaks of no category in particular
    design = np.vstack(
        [
            np.hstack([real.reshape(len(outcomes), len(_NAMES)), own * _OWN_SCALE]),
            *[np.hstack([pseudo, np.full((len(pseudo), len(categories)), even)])] * 2,
        ]
    )
    right = [each.right for each in outcomes]
    right += [True] * len(pseudo) + [False] * len(pseudo)
    share = _PRIOR_OUTCOMES / len(pseudo)
    counts = np.concatenate([np.ones(len(outcomes)), share * chance, share * (1 - chance)])
    model = LogisticRegression(C=1 / _PENALTY, max_iter=2_000)
    with threadpool_limits(1, "blas"):  # several threads wait for each other on a busy machine
        model.fit(design, right, sample_weight=counts)
    found = [float(value) for value in model.coef_[0]]
    return Weights(
        intercept=float(model.intercept_[0]),
        weights=dict(zip(_NAMES, found, strict=False)),
        categories={
            name: value * _OWN_SCALE
            for name, value in zip(categories, found[len(_NAMES) :], strict=True)
        },
    )


def _pseudo_outcomes(prior: Weights) -> tuple[Floats, Floats]:
    """Features spread evenly, and how probable the prior holds each to be right."""
    spread = qmc.Sobol(len(_NAMES), scramble=False).random(_PSEUDO)
    calibrator = LogisticCalibrator(prior)
    chance = [calibrator.probability(Features(*map(float, row))) for row in spread]
    return np.asarray(spread), np.array(chance)
