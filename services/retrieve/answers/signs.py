"""The signs by which one knows how far an answer's score may be trusted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.retrieve.answers.examples import NO_ANSWER

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

NEIGHBOURS = 20
_SMOOTHING = 10
_RARE = 0.05


@dataclass(frozen=True)
class Neighbourhood:
    """The classes and cosines of the nearest examples, nearest first; one row per ticket."""

    classes: Places
    cosines: Floats


@dataclass(frozen=True)
class Record:
    """How often each class was said and right, and taken for another, on tickets not seen."""

    said: Floats
    right: Floats
    taken: Floats
    """Rows: what was right, columns: what was said."""
    held: Floats

    @classmethod
    def of(cls, said: Places, truth: Places, classes: int) -> "Record":
        """Count the predictions `said` of rows whose class is `truth`."""
        taken = np.zeros((classes, classes), np.float32)
        known = truth != NO_ANSWER
        np.add.at(taken, (truth[known], said[known]), 1)
        counts = np.bincount(said, minlength=classes).astype(np.float32)
        held = np.bincount(truth[known], minlength=classes).astype(np.float32)
        return cls(counts, np.diag(taken).copy(), taken, held)

    def signs(self, best: Places, second: Places, truth: Places | None = None) -> Floats:
        """Four signs per ticket; with `truth`, each row is left out of its own record."""
        own = np.zeros(len(best)) if truth is None else np.ones(len(best))
        was_right = own * (truth == best) if truth is not None else own
        was_second = own * (truth == second) if truth is not None else own
        base = self.right.sum() / max(1.0, self.said.sum())
        right = self.right[best] - was_right + _SMOOTHING * base
        share = right / (self.said[best] - own + _SMOOTHING)
        mistaken = self.taken[second, best] - was_second + _SMOOTHING * _RARE
        mistaken = mistaken / (self.held[second] - was_second + _SMOOTHING)
        others = self.said[best] - self.right[best] - (own - was_right)
        columns = [
            np.log((share + 1e-3) / (1 - share + 1e-3)),
            np.log(np.maximum(mistaken, 1e-4)),
            np.log(self.said[best] - own + 1),
            np.log((np.maximum(others, 0) + 0.5) / (self.said[best] + 5)),
        ]
        return np.stack(columns, axis=1).astype(np.float32)


def ranked(scores: Floats) -> Places:
    """The three best classes of each ticket, best first (repeated where there are fewer)."""
    order = np.argsort(-scores, axis=1)[:, :3]
    missing = 3 - order.shape[1]
    return np.pad(order, ((0, 0), (0, missing)), mode="edge") if missing else order


def score_signs(scores: Floats, parts: list[Floats], order: Places) -> Floats:
    """Signs from the scores of the answers and of the kernels behind them."""
    rows = np.arange(len(scores))
    best, second, third = (scores[rows, order[:, place]] for place in range(3))
    margin = best - second
    columns = [best, margin, second - third, margin**2, np.sqrt(np.maximum(margin, 0))]
    columns.append(np.minimum(margin, 0.5))
    for part in parts:
        own = part[rows, order[:, 0]]
        others = part.copy()
        others[rows, order[:, 0]] = -np.inf
        rival = others.max(axis=1) if part.shape[1] > 1 else np.zeros(len(rows))
        columns += [own - rival, own]
    return np.stack(columns, axis=1).astype(np.float32)


def neighbour_signs(near: Neighbourhood, best: Places, lengths: Floats) -> Floats:
    """Signs from the nearest examples, and the ticket's length in words."""
    same = near.classes == best[:, None]
    weights = np.exp(10 * (near.cosines - 1))
    nearest_same = np.where(same, near.cosines, 0).max(axis=1)
    nearest_other = np.where(same, 0, near.cosines).max(axis=1)
    columns = [
        (weights * same)[:, :10].sum(axis=1) / weights[:, :10].sum(axis=1),
        same[:, :3].mean(axis=1),
        same.mean(axis=1),
        near.cosines[:, 0],
        nearest_same,
        nearest_other,
        np.log1p(lengths),
    ]
    return np.stack(columns, axis=1).astype(np.float32)
