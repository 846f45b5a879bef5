"""Shares with their 95 % confidence intervals, of plain and of stratified samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from services.contracts.ledger_answers import Interval

_Z95 = 1.959963984540054
_UNKNOWN = Interval(share=None, low=None, high=None)


@dataclass(frozen=True)
class Stratum:
    """A category's automatic answers: how many, how many of them judged, how many wrong."""

    automatic: int
    judged: int
    wrong: int


def wilson(hits: int, total: int) -> Interval:
    """Return a share with its 95 % Wilson score interval (Wilson 1927)."""
    return _score_interval(hits / total, total) if total else _UNKNOWN


def stratified(strata: Sequence[Stratum]) -> Interval:
    """Return the share of wrong ones among all, each stratum weighted by its size, with 95 %.

    The interval is Wilson's at the effective sample size of Kish (1965). Strata without a
    judgement are left out: nothing is known of them.
    """
    known = [stratum for stratum in strata if stratum.judged]
    total = sum(stratum.automatic for stratum in known)
    if not total:
        return _UNKNOWN
    share = sum(s.automatic / total * s.wrong / s.judged for s in known)
    effective = 1 / sum((s.automatic / total) ** 2 / s.judged for s in known)
    return _score_interval(share, effective)


def _score_interval(share: float, number: float) -> Interval:
    scale = 1 + _Z95**2 / number
    middle = (share + _Z95**2 / (2 * number)) / scale
    half = _Z95 * sqrt(share * (1 - share) / number + _Z95**2 / (4 * number**2)) / scale
    return Interval(share=share, low=max(0.0, middle - half), high=min(1.0, middle + half))
