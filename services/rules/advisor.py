"""The lowest threshold that keeps wrong automatic answers under a target, with a confidence bound.

The bound on the share that is wrong among what a threshold would send is the exact one of Clopper
and Pearson (1934). It holds for any outcomes whatever: the probabilities only give the order in
which thresholds are tried. Looking at many thresholds is paid for by fixed-sequence testing: they
are tested in an order that no outcome has a say in, and the first that fails ends it (Angelopoulos,
Bates, Candès, Jordan & Lei 2021, "Learn then Test"). So the chance that the advised threshold is
one that breaks the target is at most one minus the confidence.

An average leaves room for replies that nobody would send by themselves, and what is unlike anything
reviewed collects among them: so no threshold goes below six times the target's doubt.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]

TARGET = 0.01
CONFIDENCE = 0.95
_STEPS = 50
_FORGIVEN = (3, 2, 1, 0)
_LATE = 1.3
_FIRST_SHARE = 0.32
_GRID = 10_000
_ROUNDING = 1e-9
_NEVER = 10**9
_LEAST_SURE = 6
"""No reply goes out that is more than so many times as probably wrong as the target allows."""


@dataclass(frozen=True)
class Outcome:
    """One answer that a human judged: its probability then, and whether it was right."""

    probability: float
    right: bool


@dataclass(frozen=True)
class Simulated:
    """What a threshold would have sent of the reviewed tickets, and how much of it wrong."""

    threshold: float
    reviewed: int
    sent: int
    wrong: int
    upper: float
    """Upper bound on the share that is wrong among what is sent, at the given confidence."""


@dataclass(frozen=True)
class Advice:
    """The lowest safe threshold, or how many more reviews it takes (`threshold` None)."""

    threshold: float | None
    reviewed: int
    sent: int
    wrong: int
    upper: float
    reviews_needed: int
    reason: str

    @property
    def share(self) -> float:
        """Of the reviewed tickets, what the threshold would have sent."""
        return self.sent / self.reviewed if self.reviewed else 0.0


def clopper_pearson(wrong: int, sent: int, confidence: float) -> float:
    """Exact upper bound on a share; 1 where nothing was sent."""
    if sent == 0 or wrong >= sent:
        return 1.0
    return float(beta.ppf(confidence, wrong + 1, sent - wrong))


def simulate(outcomes: Sequence[Outcome], threshold: float, confidence: float) -> Simulated:
    """What `threshold` would have sent, and the exact bound on its wrong share."""
    sent = [outcome for outcome in outcomes if outcome.probability >= threshold]
    wrong = sum(not outcome.right for outcome in sent)
    upper = clopper_pearson(wrong, len(sent), confidence)
    return Simulated(threshold, len(outcomes), len(sent), wrong, upper)


def fewest_reviews(target: float, confidence: float) -> int:
    """How many answers, all right, it takes before any threshold can pass; at most `_NEVER`."""
    least = math.log(1 - confidence) / math.log1p(-target)
    return math.ceil(min(least, _NEVER))


def advise(
    outcomes: Sequence[Outcome], target: float = TARGET, confidence: float = CONFIDENCE
) -> Advice:
    """Return the lowest threshold that passes, or a refusal with the number of reviews missing."""
    stream = _Stream.of(outcomes)
    best = 0
    for count in _in_order(stream, target, confidence):
        if clopper_pearson(stream.wrong_among(count), count, confidence) > target:
            break
        best = count
    if not best:
        return _refused(stream, target, confidence)
    wrong = stream.wrong_among(best)
    return Advice(
        threshold=stream.probability[best - 1],
        reviewed=len(stream),
        sent=best,
        wrong=wrong,
        upper=clopper_pearson(wrong, best, confidence),
        reviews_needed=0,
        reason=f"{wrong} of {best} would have been wrong.",
    )


@dataclass(frozen=True)
class _Stream:
    """Outcomes from the surest down: their probabilities and how many were wrong so far."""

    probability: list[float]
    wrong: list[int]
    whole: list[int]
    """Numbers of answers that thresholds send: those of equal probability go together."""

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "_Stream":
        # cut to what people read and type as a threshold: what is tested is what will be sent
        said = np.array([math.floor(each.probability * _GRID) / _GRID for each in outcomes])
        order = np.argsort(-said, kind="stable")
        wrong = np.cumsum([not outcomes[place].right for place in order], dtype=int)
        said = said[order]
        last = np.flatnonzero(np.diff(said, append=-1.0)) + 1
        return cls(said.tolist(), wrong.tolist(), last.tolist())

    def __len__(self) -> int:
        return len(self.probability)

    def wrong_among(self, count: int) -> int:
        return self.wrong[count - 1] if count else 0


def _in_order(stream: _Stream, target: float, confidence: float) -> list[int]:
    """The thresholds to test, by how many they send, chosen without a look at any outcome.

    The first one sends enough that a handful of wrong answers would still pass: were it the
    smallest that can pass at all, one wrong answer would end everything.
    """
    least = fewest_reviews(target, confidence)
    floor = 1 - _LEAST_SURE * target
    possible = [
        count
        for count in stream.whole
        if count >= least and stream.probability[count - 1] >= floor - _ROUNDING
    ]
    if not possible:
        return []
    wanted = next(
        (
            count
            for wrong in _FORGIVEN
            if (count := _enough(wrong, target, confidence)) <= len(stream) * _FIRST_SHARE
        ),
        least,
    )
    early = [count for count in possible if count <= wanted * _LATE]
    first = next((count for count in possible if count >= wanted), possible[-1])
    first = min(first, early[-1]) if early else possible[0]
    wishes = np.linspace(first, len(stream), _STEPS)
    places = np.searchsorted(possible, wishes)
    return sorted({possible[min(place, len(possible) - 1)] for place in places.tolist()})


def _enough(wrong: int, target: float, confidence: float) -> int:
    """How many must be sent so that `wrong` of them still pass."""
    count = math.ceil((wrong + 1) / target)
    while clopper_pearson(wrong, count, confidence) > target:
        count += max(1, count // 50)
    return count


def _refused(stream: _Stream, target: float, confidence: float) -> Advice:
    least = fewest_reviews(target, confidence)
    if len(stream) < least:
        needed = least - len(stream)
        reason = f"{len(stream)} reviewed answers; it takes at least {least}: {needed} more."
        return Advice(None, len(stream), 0, 0, 1.0, needed, reason)
    needed = _reviews_missing(stream, target, confidence)
    count = max(least, len(stream) // 3)
    reason = (
        f"Of the {count} surest answers {stream.wrong_among(count)} were wrong: no threshold keeps "
        f"the upper bound under {target:.1%}. "
    )
    if needed:
        reason += f"If further ones are like them, it takes about {needed} more reviews."
    else:
        reason += "More reviews alone will not help: the answers must become better."
    return Advice(None, len(stream), 0, 0, 1.0, needed, reason)


def _reviews_missing(stream: _Stream, target: float, confidence: float) -> int:
    """About how many more it takes, if the best threshold's answers go on like this; 0: never."""
    shares = [len(stream) * part // 10 for part in (2, 4, 6, 8, 10)]
    wanted = []
    for count in shares:
        rate = (stream.wrong_among(count) + 0.5) / count if count else 1.0
        if rate < target * 0.9:
            enough = _enough_at(rate, target, confidence)
            wanted.append(math.ceil(enough * len(stream) / count))
    return max(1, min(wanted) - len(stream)) if wanted else 0


def _enough_at(rate: float, target: float, confidence: float) -> int:
    """How many answers, wrong at `rate`, pass."""
    count = fewest_reviews(target, confidence)
    while clopper_pearson(math.ceil(rate * count), count, confidence) > target and count < 10**6:
        count = math.ceil(count * 1.1)
    return count
