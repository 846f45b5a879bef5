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
    return _rounded(*_wilson(hits, rows), rows)


def _wilson(hits: int, rows: int) -> tuple[float, float, float]:
    p = hits / rows
    centre = p + Z_95**2 / (2 * rows)
    spread = Z_95 * math.sqrt(p * (1 - p) / rows + Z_95**2 / (4 * rows**2))
    scale = 1 + Z_95**2 / rows
    return p, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def paired_difference(both: int, only_one: int, only_other: int, rows: int) -> Measure:
    """One share minus another of the same rows (Newcombe 1998, Stat Med 17:2635, method 10)."""
    if rows == 0:
        return {"value": None, "low": None, "high": None, "rows": 0}
    hits, others = both + only_one, both + only_other
    (p, p_low, p_high), (q, q_low, q_high) = _wilson(hits, rows), _wilson(others, rows)
    neither = rows - both - only_one - only_other
    surplus = both * neither - only_one * only_other
    corrected = max(surplus - rows / 2, 0) if surplus > 0 else surplus
    margins = hits * (rows - hits) * others * (rows - others)
    alike = corrected / math.sqrt(margins) if margins else 0.0
    below = _apart(p - p_low, q_high - q, alike)
    above = _apart(p_high - p, q - q_low, alike)
    return _rounded(p - q, p - q - below, p - q + above, rows)


def _apart(one: float, other: float, alike: float) -> float:
    return math.sqrt(max(0.0, one**2 - 2 * alike * one * other + other**2))


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
