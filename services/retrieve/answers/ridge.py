"""Kernel ridge regression with exact leave-one-out predictions, on a sample of the rows.

The sample ("landmarks") makes it linear in the number of rows (Nyström; Williams & Seeger 2001).
What the model would have said of a row it had not seen follows from the one fit, without another
(Allen 1974), so that the whole stream serves as its own unseen tickets.
"""

from dataclasses import dataclass

import numpy as np
import scipy.linalg as la
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

_JITTER = 1e-4
_LARGEST_BLOCK = 2_000


@dataclass(frozen=True)
class Ridge:
    """Weights of the landmarks for each answer, and what each row would have got unseen."""

    weights: Floats
    unseen: Floats
    strange: Floats
    """What each row would have got had none of its class been seen."""


def fit_ridge(
    rows: Floats, landmarks: Floats, targets: Floats, penalty: float, classes: Places
) -> Ridge:
    """Fit on the kernel of all rows with the landmarks, and of the landmarks with themselves."""
    among = landmarks + _JITTER * np.eye(len(landmarks), dtype=np.float32)
    root = la.cholesky(among, lower=True, check_finite=False)
    features = la.solve_triangular(root, rows.T, lower=True, check_finite=False).T
    gram = features.T @ features
    gram[np.diag_indices_from(gram)] += penalty
    factor = la.cholesky(gram, lower=True, check_finite=False)
    inner = la.cho_solve((factor, True), features.T @ targets, check_finite=False)
    spread = la.solve_triangular(factor, features.T, lower=True, check_finite=False)
    leverage = np.einsum("ij,ij->j", spread, spread)
    residual = targets - features @ inner
    unseen = targets - residual / np.maximum(1 - leverage, 1e-3)[:, None]
    weights = la.solve_triangular(root, inner, lower=True, trans="T", check_finite=False)
    strange = _without_class(unseen, targets, residual, spread, classes)
    return Ridge(*(np.asarray(part, np.float32) for part in (weights, unseen, strange)))


def _without_class(
    unseen: Floats, targets: Floats, residual: Floats, spread: Floats, classes: Places
) -> Floats:
    """The same as leaving one out, with all rows of a class at once."""
    strange = unseen.copy()
    spread = np.ascontiguousarray(spread.T)
    for place in np.unique(classes[classes >= 0]):
        block = np.flatnonzero(classes == place)
        if len(block) <= _LARGEST_BLOCK:
            inside = -(spread[block] @ spread[block].T)
            inside[np.diag_indices_from(inside)] += 1 + _JITTER
            strange[block] = targets[block] - la.solve(
                inside, residual[block], assume_a="pos", check_finite=False
            )
        strange[block, place] = 0
    return strange
