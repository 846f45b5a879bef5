"""Two configurations on the same tickets: better, worse, or cannot tell; tested pair by pair."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import binomtest

from evals.intervals import Measure
from evals.replay_measures import exact_share
from evals.replay_run import Record, Route

LEVEL = 0.05
SMALLEST_DIFFERENCE = 0.02
"""Where two configurations did the same, how many tickets would show a difference of this."""
COST_MARGIN = 0.05
"""Costs that differ by less are not worth a word."""
_Z_LEVEL = 1.959963984540054
_Z_POWER = 0.8416212335729143
_RESAMPLES = 10_000


class Verdict(StrEnum):
    """What can be said of B, compared with A."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Pairs:
    """A yes-or-no question on tickets that both configurations have answered."""

    name: str
    key: str
    more_is_better: bool
    a: tuple[bool, ...]
    b: tuple[bool, ...]
    shown: tuple[Measure, Measure]
    """What people read of A and of B; the test is on the pairs."""

    @property
    def only_a(self) -> int:
        """Tickets on which only A's answer is yes."""
        return sum(one and not other for one, other in zip(self.a, self.b, strict=True))

    @property
    def only_b(self) -> int:
        """Tickets on which only B's answer is yes."""
        return sum(other and not one for one, other in zip(self.a, self.b, strict=True))


@dataclass(frozen=True)
class Compared:
    """One measure of A and B; `p` is corrected for looking at several measures."""

    name: str
    key: str
    verdict: Verdict
    a: Measure | None
    b: Measure | None
    p: float | None
    tickets: int
    only_a: int = 0
    only_b: int = 0
    tickets_needed: int | None = None
    cost_a: float | None = None
    cost_b: float | None = None
    difference: tuple[float, float] | None = None
    """95 % interval of B's mean cost minus A's, in US dollars."""


def compare(a: Sequence[Record], b: Sequence[Record]) -> list[Compared]:
    """Compare replays of the same rows in the same order; one entry per measure.

    Wrong replies are tested by themselves at the full level, since harm that is missed costs more
    than a false alarm; the other measures' p-values are corrected for their number.
    """
    if [each.row for each in a] != [each.row for each in b]:
        raise ValueError("both replays must be of the same rows in the same order")
    wrong, *others = [question for question in _questions(a, b) if question.a]
    cost = _cost(a, b)
    raw = [mcnemar(question.only_a, question.only_b) for question in others]
    corrected = holm(raw if cost is None or cost.p is None else [*raw, cost.p])
    found = [_judged(wrong, mcnemar(wrong.only_a, wrong.only_b))]
    found += map(_judged, others, corrected)
    if cost is not None:
        found.append(_judged_cost(cost, corrected[-1]))
    return found


def overall(compared: Sequence[Compared], accepted: Sequence[str] = ()) -> Verdict:
    """Worse where any measure is worse that was not accepted beforehand; then better, if any is.

    Nothing is called better while more wrong replies get out, even where that may be chance.
    """
    counted = [each for each in compared if each.key not in accepted]
    if any(each.verdict is Verdict.WORSE for each in counted):
        return Verdict.WORSE
    if any(each.verdict is Verdict.BETTER for each in counted) and not more_wrong(counted):
        return Verdict.BETTER
    return Verdict.CANNOT_TELL


def more_wrong(compared: Sequence[Compared]) -> bool:
    """Whether B sends more wrong replies than A, be it by chance."""
    return any(each.key == "wrong" and each.only_b > each.only_a for each in compared)


def mcnemar(only_a: int, only_b: int) -> float:
    """McNemar's exact test: how likely chance alone splits the differing tickets so unevenly."""
    if only_a + only_b == 0:
        return 1.0
    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected for their number (Holm 1979), in the order given."""
    order = sorted(range(len(values)), key=lambda each: values[each])
    corrected, highest = [0.0] * len(values), 0.0
    for rank, each in enumerate(order):
        highest = max(highest, min(1.0, values[each] * (len(values) - rank)))
        corrected[each] = highest
    return corrected


def tickets_needed(only_a: int, only_b: int, tickets: int) -> int:
    """How many tickets would show this difference four times out of five (Connor 1987).

    Where there is none, those that would show a difference of `SMALLEST_DIFFERENCE`.
    """
    difference = abs(only_a - only_b) / tickets
    discordant = (only_a + only_b) / tickets
    if difference == 0:
        difference, discordant = SMALLEST_DIFFERENCE, max(discordant, SMALLEST_DIFFERENCE)
    spread = _Z_LEVEL * math.sqrt(discordant)
    spread += _Z_POWER * math.sqrt(max(0.0, discordant - difference**2))
    return math.ceil((spread / difference) ** 2)


def _questions(a: Sequence[Record], b: Sequence[Record]) -> list[Pairs]:
    labelled = [bool(each.row.category) for each in a]
    return [
        _pairs("Wrong among sent", "wrong", a, b, _wrong, rate=_wrong_among_sent, more=False),
        _pairs("Sent", "sent", a, b, lambda each: each.route is Route.SENT),
        _pairs(
            "Category right",
            "category",
            [each for each, has in zip(a, labelled, strict=True) if has],
            [each for each, has in zip(b, labelled, strict=True) if has],
            _category_right,
        ),
    ]


def _pairs(
    name: str,
    key: str,
    a: Sequence[Record],
    b: Sequence[Record],
    asks: Callable[[Record], bool],
    *,
    rate: Callable[[Sequence[Record]], Measure] | None = None,
    more: bool = True,
) -> Pairs:
    answers = tuple(map(asks, a)), tuple(map(asks, b))
    if rate is None:
        shown = exact_share(sum(answers[0]), len(a)), exact_share(sum(answers[1]), len(b))
    else:
        shown = rate(a), rate(b)
    return Pairs(name, key, more, *answers, shown)


def _wrong(record: Record) -> bool:
    return record.route is Route.SENT and record.right is False


def _wrong_among_sent(records: Sequence[Record]) -> Measure:
    sent = [each for each in records if each.route is Route.SENT and each.right is not None]
    return exact_share(sum(map(_wrong, sent)), len(sent))


def _category_right(record: Record) -> bool:
    found = record.classification
    return found is not None and found.category == record.row.category


def _judged(question: Pairs, p: float) -> Compared:
    more_in_b = question.only_b > question.only_a
    verdict = Verdict.CANNOT_TELL
    if p < LEVEL:
        verdict = Verdict.BETTER if more_in_b == question.more_is_better else Verdict.WORSE
    needed = tickets_needed(question.only_a, question.only_b, len(question.a))
    return Compared(
        question.name,
        question.key,
        verdict,
        *question.shown,
        p=round(p, 6),
        tickets=len(question.a),
        only_a=question.only_a,
        only_b=question.only_b,
        tickets_needed=needed if verdict is Verdict.CANNOT_TELL else None,
    )


def _cost(a: Sequence[Record], b: Sequence[Record]) -> Compared | None:
    """The cost with its raw p-value; None where neither side costs anything."""
    one, other = (np.array([each.cost_usd for each in side]) for side in (a, b))
    if not one.any() and not other.any():
        return None
    differences = other - one
    random = np.random.default_rng(20261122)
    draws = differences[random.integers(0, len(differences), (_RESAMPLES, len(differences)))]
    means = draws.mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    p = 1.0
    if differences.any():
        tail = min((means <= 0).mean(), (means >= 0).mean())
        p = float(min(1.0, 2 * max(tail, 1 / _RESAMPLES)))
    return Compared(
        "Cost per ticket",
        "cost",
        Verdict.CANNOT_TELL,
        None,
        None,
        p=p,
        tickets=len(a),
        only_a=int((differences < 0).sum()),
        only_b=int((differences > 0).sum()),
        cost_a=round(float(one.mean()), 6),
        cost_b=round(float(other.mean()), 6),
        difference=(round(float(low), 6), round(float(high), 6)),
    )


def _judged_cost(cost: Compared, p: float) -> Compared:
    before, after = cost.cost_a or 0.0, cost.cost_b or 0.0
    matters = abs(after - before) > COST_MARGIN * max(before, after)
    verdict = Verdict.CANNOT_TELL
    if p < LEVEL and matters:
        verdict = Verdict.WORSE if after > before else Verdict.BETTER
    values = {**cost.__dict__, "p": round(p, 6), "verdict": verdict}
    return Compared(**values)
