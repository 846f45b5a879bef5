"""What the corrections bring: the same tickets replayed with them and without."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict

from evals.gate_config import Configuration
from evals.intervals import Measure, paired_difference
from evals.replay_measures import exact_share
from evals.replay_run import Record, Route


class Lift(TypedDict):
    """Shares of all tickets: answered without a human, and not wrong where the labels say."""

    resolved_with: Measure
    resolved_without: Measure
    difference: Measure
    wrong_without: Measure
    """Of what was sent without corrections and can be judged."""
    verdict: str


def without_corrections(configuration: Configuration) -> Configuration:
    """The same, with every ticket in the hold-out."""
    environment = {**configuration.environment, "RETRIEVE_HOLDOUT_SHARE": "1"}
    return replace(configuration, environment=environment)


def lift(taught: Sequence[Record], held_out: Sequence[Record]) -> Lift:
    """Compare two replays of the same rows, ticket by ticket."""
    pairs = [(_resolved(one), _resolved(other)) for one, other in _paired(taught, held_out)]
    total = len(pairs)
    difference = paired_difference(
        pairs.count((True, True)), pairs.count((True, False)), pairs.count((False, True)), total
    )
    sent = [each for each in held_out if each.route is Route.SENT and each.right is not None]
    return {
        "resolved_with": exact_share(sum(one for one, _ in pairs), total),
        "resolved_without": exact_share(sum(other for _, other in pairs), total),
        "difference": difference,
        "wrong_without": exact_share(sum(not each.right for each in sent), len(sent)),
        "verdict": _verdict(difference),
    }


def _paired(taught: Sequence[Record], held_out: Sequence[Record]) -> list[tuple[Record, Record]]:
    if [each.row for each in taught] != [each.row for each in held_out]:
        raise ValueError("both replays must be of the same rows in the same order")
    return list(zip(taught, held_out, strict=True))


def _resolved(record: Record) -> bool:
    return record.route is Route.SENT and record.right is not False


def _verdict(found: Measure) -> str:
    value, low, high = found["value"], found["low"], found["high"]
    if value is None or low is None or high is None:
        return "There are no tickets to compare."
    points = f"{value * 100:+.1f} points ({low * 100:+.1f} to {high * 100:+.1f})"
    if low > 0:
        return f"Corrections bring {points} more tickets answered and not wrong."
    if high < 0:
        return f"Corrections do harm: {points} tickets answered and not wrong."
    return f"No benefit of corrections is shown: {points} tickets answered and not wrong."
