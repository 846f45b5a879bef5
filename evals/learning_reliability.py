"""A page of how far the probability keeps its word, category by category.

`python -m services.rules.calibrate --report | python -m evals.learning_reliability page.html`
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.replay_page import render
from evals.replay_plots import Plot, reliability_plot
from services.contracts.advice import CalibrationReport, CategoryReliability

_SOUND = 0.05


def page(report: CalibrationReport) -> str:
    """One HTML file, no script, nothing fetched from anywhere."""
    everything = report.reliability[0] if report.reliability else None
    return render(
        "reliability.html.j2",
        version=report.active or "not fitted yet, the prior is used",
        outcomes=report.outcomes,
        headline=_headline(everything),
        lead=_lead(report),
        rows=[_row(each) for each in report.reliability],
        plots=[_plot(each) for each in report.reliability],
    )


def _headline(everything: CategoryReliability | None) -> str:
    if everything is None:
        return "No outcome was reviewed yet: nothing can be said."
    off = f"{everything.ece:.1%}"
    if everything.ece <= _SOUND:
        return f"The probability is off by {off} on average: it means what it says."
    side = "too much" if everything.said > everything.right else "too little"
    return f"The probability is off by {off} on average, and promises {side}."


def _lead(report: CalibrationReport) -> str:
    if report.outcomes_needed:
        return (
            f"It takes {report.outcomes_needed} more reviewed outcomes before it is fitted for "
            "the first time."
        )
    return f"{len(report.versions)} versions are kept; any of them can be used again."


def _name(each: CategoryReliability) -> str:
    return "All categories" if each.category is None else each.category


def _row(each: CategoryReliability) -> list[str]:
    shares = [f"{value:.1%}" for value in (each.said, each.right, each.ece)]
    return [_name(each), f"{each.outcomes:,}", *shares, f"{each.brier:.4f}"]


def _plot(each: CategoryReliability) -> Plot:
    bins: list[dict[str, Any]] = [
        {
            "said": one.said,
            "was": {"value": one.right, "low": one.low, "high": one.high, "rows": one.outcomes},
        }
        for one in each.bins
    ]
    plot = reliability_plot(bins)
    plot.title = _name(each)
    return plot


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the report from standard input; 1 where that is none."""
    parser = argparse.ArgumentParser(prog="evals.learning_reliability", description=__doc__)
    parser.add_argument("page", type=Path, help="where the HTML goes")
    target: Path = parser.parse_args(arguments).page
    try:
        report = CalibrationReport.model_validate_json(sys.stdin.read())
    except ValidationError:
        print("Needs what `python -m services.rules.calibrate --report` prints.", file=sys.stderr)
        return 1
    target.write_text(page(report), encoding="utf-8")
    print(f"Wrote {target}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
