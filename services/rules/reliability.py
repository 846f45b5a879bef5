"""How well probabilities keep their word: calibration error, Brier score, reliability diagram."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]

_BINS = 10
_FEWEST_IN_A_BIN = 10


@dataclass(frozen=True)
class Bin:
    """Outcomes of like probability: what was said of them, and what share was right."""

    said: float
    right: float
    low: float
    high: float
    outcomes: int


@dataclass(frozen=True)
class Reliability:
    """Of one group of outcomes."""

    outcomes: int
    right: float
    said: float
    brier: float
    ece: float
    bins: list[Bin]


def reliability(probabilities: Sequence[float], right: Sequence[bool]) -> Reliability:
    """Measure; the bins hold about equally many outcomes each (Naeini et al. 2015), at most ten.

    Outcomes of the same probability are in the same bin: else their order would count as error.
    Raises `ValueError` where there is no outcome.
    """
    if not right:
        raise ValueError("Reliability needs at least one outcome.")
    said = np.asarray(probabilities, float)
    was = np.asarray(right, float)
    parts = _parts(said)
    bins = [_bin(said[part], was[part]) for part in parts]
    error = sum(each.outcomes * abs(each.said - each.right) for each in bins) / len(was)
    return Reliability(
        outcomes=len(was),
        right=float(was.mean()),
        said=float(said.mean()),
        brier=float(np.mean((said - was) ** 2)),
        ece=float(error),
        bins=bins,
    )


def _parts(said: Floats) -> list[NDArray[np.intp]]:
    count = max(1, min(_BINS, len(said) // _FEWEST_IN_A_BIN))
    order = np.argsort(said, kind="stable")
    ends = [len(part) for part in np.array_split(order, count)]
    ordered = said[order]
    cuts = np.searchsorted(ordered, ordered[np.cumsum(ends) - 1], "right")
    return np.split(order, np.unique(cuts)[:-1])


def _bin(said: Floats, was: Floats) -> Bin:
    hits, count = int(was.sum()), len(was)
    low = float(beta.ppf(0.025, hits, count - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, count - hits)) if hits < count else 1.0
    return Bin(float(said.mean()), hits / count, low, high, count)
