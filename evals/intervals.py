"""Measures with their 95 % intervals: Wilson for shares, bootstrap for everything else."""

import math
from collections.abc import Callable, Sequence
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054
REPEATS = 1000


class Measure(TypedDict):
    """A number between 0 and 1, its 95 % interval, and how many rows it rests on."""

    value: float | None
    low: float | None
    high: float | None
    rows: int


def share(hits: int, rows: int) -> Measure:
    """The share of hits with Wilson's score interval; all None where there are no rows."""
    if rows == 0:
        return {"value": None, "low": None, "high": None, "rows": 0}
    p = hits / rows
    centre = p + Z_95**2 / (2 * rows)
    spread = Z_95 * math.sqrt(p * (1 - p) / rows + Z_95**2 / (4 * rows**2))
    scale = 1 + Z_95**2 / rows
    low, high = max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)
    return _rounded(p, low, high, rows)


def bootstrap(rows: int, statistic: Callable[[NDArray[np.intp]], float]) -> Measure:
    """A statistic of row numbers, with the percentile interval of 1,000 resamples (fixed seed)."""
    if rows == 0:
        return {"value": None, "low": None, "high": None, "rows": 0}
    random = np.random.default_rng(20261122)
    draws = [statistic(random.integers(0, rows, rows)) for _ in range(REPEATS)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return _rounded(statistic(np.arange(rows)), float(low), float(high), rows)


def mean(values: Sequence[float]) -> Measure:
    """The mean of values between 0 and 1 with a bootstrap interval."""
    array = np.asarray(values, dtype=float)
    return bootstrap(len(array), lambda chosen: float(array[chosen].mean()))


def macro_f1(expected: Sequence[str], predicted: Sequence[str]) -> Measure:
    """Macro-F1 over the classes that occur in `expected`, with a bootstrap interval.

    A predicted class that is not among them counts as a miss of the expected one; it adds no class.
    """
    classes = sorted(set(expected))
    number = {name: position for position, name in enumerate(classes)}
    truth = np.array([number[name] for name in expected], dtype=int)
    guess = np.array([number.get(name, len(classes)) for name in predicted], dtype=int)
    return bootstrap(
        len(truth), lambda chosen: _macro_f1(truth[chosen], guess[chosen], len(classes))
    )


def _macro_f1(truth: NDArray[np.int_], guess: NDArray[np.int_], classes: int) -> float:
    right = np.bincount(truth[truth == guess], minlength=classes + 1)[:classes]
    both = np.bincount(truth, minlength=classes + 1) + np.bincount(guess, minlength=classes + 1)
    both = both[:classes]
    # A class that a resample lost altogether says nothing about the classifier.
    present = both > 0
    return float(np.mean(2 * right[present] / both[present]))


def _rounded(value: float, low: float, high: float, rows: int) -> Measure:
    return {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "rows": rows}
