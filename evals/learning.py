"""The learning curve: what is sent after so many corrections, and how much of it is wrong.

`python -m evals.learning --data tickets.csv [--train stream.csv]`. Everything goes the product's
way: corrections through store_correction into PostgreSQL, the answer model fitted by retrieve's
command, thresholds set by the advisor with a target of 1 %, tickets through retrieve, the local
drafter and check-draft. Nothing is fitted on, or chosen by, what is answered.
"""

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import structlog

from evals.errors import DataInvalid
from evals.intervals import share
from evals.learning_data import OUT_OF_SCOPE, Plan, Row, answer_of, plan, points
from evals.learning_pipeline import Answered, LearningPipeline, learning_pipeline
from local.postgres.embedded import throwaway_postgres

TARGET = 0.01
DEFAULT_DATA = Path("../shared/data")
STREAM = Path("intents") / "banking77_train.csv"

Point = dict[str, Any]


async def measure(made: Plan, counts: Sequence[int]) -> list[Point]:
    """Answer the unseen tickets after each of `counts` corrections."""
    found = []
    with throwaway_postgres() as server:
        async with learning_pipeline(server, "learning") as steps:
            stored = 0
            for count in counts:
                started = perf_counter()
                await steps.teach(made.stream[stored:count], stored)
                taught = perf_counter() - started
                stored = count
                found.append(await _point(steps, made, count, taught))
                print(_line(found[-1]), flush=True)
    return found


async def _point(steps: LearningPipeline, made: Plan, count: int, taught: float) -> Point:
    fitted = await steps.fit()
    threshold = await steps.set_threshold(TARGET)
    started = perf_counter()
    answered = await steps.answer_all([row.text for row in made.unseen])
    seconds = perf_counter() - started
    return {
        "n": count,
        **_shares(made.unseen, answered),
        "ms_per_ticket": round(seconds * 1000 / len(made.unseen), 1),
        "threshold": threshold,
        "fit_seconds": fitted.get("fit_seconds"),
        "store_seconds": round(taught, 1),
    }


def _shares(rows: Sequence[Row], answered: Sequence[Answered]) -> Point:
    pairs = list(zip(rows, answered, strict=True))
    sent = [(row, each) for row, each in pairs if each.sent]
    right = sum(row.in_scope and each.cites == answer_of(row.label) for row, each in sent)
    wrong = share(len(sent) - right, len(sent))
    outside = [each for row, each in pairs if not row.in_scope]
    shares: Point = {
        "sent": round(len(sent) / len(rows), 4),
        "wrong": wrong["value"] or 0.0,
        "wrong_low": wrong["low"] or 0.0,
        "wrong_high": 1.0 if wrong["high"] is None else wrong["high"],
        "human": round(1 - len(sent) / len(rows), 4),
    }
    if outside:
        out = share(sum(each.sent for each in outside), len(outside))
        shares |= {
            "out_of_scope_sent": out["value"],
            "out_of_scope_sent_low": out["low"],
            "out_of_scope_sent_high": out["high"],
            "in_scope_sent": round(
                sum(row.in_scope for row, _ in sent) / max(1, len(rows) - len(outside)), 4
            ),
        }
    return shares


_SAID = ("n", "sent", "wrong", "wrong_low", "wrong_high", "human", "ms_per_ticket")
_HEAD = "      n    sent   wrong (95 % interval)    human  ms/ticket  threshold   fit"


def _line(point: Point) -> str:
    threshold = "refused" if point["threshold"] is None else f"{point['threshold']:.4f}"
    interval = f"{point['wrong_low']:.2%} – {point['wrong_high']:.2%}"
    if not point["sent"]:
        interval = "–"
    line = (
        f"{point['n']:7,} {point['sent']:7.1%} {point['wrong']:7.2%} ({interval:>16}) "
        f"{point['human']:7.1%} {point['ms_per_ticket']:9.1f} {threshold:>10} "
        f"{point['fit_seconds'] or 0:5.1f} s"
    )
    if "out_of_scope_sent" in point:
        line += f"   out of scope sent {point['out_of_scope_sent']:.2%}"
    return line


def publish(made: Plan, found: Sequence[Point], folder: Path) -> None:
    """Write the reports, beside those of other data sets, and print one JSON object last."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "learning.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    entry = {"note": made.note, "unseen": len(made.unseen), "points": list(found)}
    known = {**known, made.dataset: entry}
    path.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "learning.md").write_text(_markdown(known), encoding="utf-8")
    print(f"Reports: {folder / 'learning'}.md and .json")
    points = [{name: point[name] for name in _SAID} for point in found]
    print(json.dumps({"dataset": made.dataset, "points": points}))


def _markdown(known: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [
        "# Learning",
        "",
        "Made by `make eval-learning`: what is sent after so many corrections. Thresholds are the "
        f"advisor's, target {TARGET:.0%} wrong at 95 % confidence, from the stream alone.",
    ]
    for dataset, entry in sorted(known.items()):
        lines += _section(dataset, entry)
    return "\n".join([*lines, ""])


def _section(dataset: str, entry: Mapping[str, Any]) -> list[str]:
    lines = [
        "",
        f"## {dataset}",
        "",
        f"{entry['unseen']} unseen tickets. {entry['note']}",
        "",
        "| corrections | sent | wrong of it | 95 % interval | human | ms per ticket | threshold "
        "| out of scope sent | 95 % interval | fit, s |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for point in entry["points"]:
        outside = point.get("out_of_scope_sent")
        sure = "refused" if point["threshold"] is None else f"{point['threshold']:.4f}"
        interval = f"{point['wrong_low']:.2%} – {point['wrong_high']:.2%}"
        cells = [
            f"{point['n']:,}",
            f"{point['sent']:.1%}",
            f"{point['wrong']:.2%}" if point["sent"] else "–",
            interval if point["sent"] else "–",
            f"{point['human']:.1%}",
            f"{point['ms_per_ticket']}",
            sure,
            "–" if outside is None else f"{outside:.2%}",
            "–" if outside is None else _outside_interval(point),
            f"{point['fit_seconds'] or '–'}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _outside_interval(point: Mapping[str, Any]) -> str:
    return f"{point['out_of_scope_sent_low']:.2%} – {point['out_of_scope_sent_high']:.2%}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evals.learning", description=__doc__)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--train", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("evals/reports"))
    parser.add_argument("--points", type=int, nargs="+", help="other numbers of corrections")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, write the reports and print one JSON object last."""
    given = _parser().parse_args(arguments)
    stream = (given.data if given.data.is_dir() else DEFAULT_DATA) / STREAM
    needed = stream if given.data.is_dir() else given.data
    if not needed.exists():
        print(f"Skipped: there is no {needed}; name a file with DATA=tickets.csv.")
        return
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        if given.train is not None and not given.train.is_file():
            raise DataInvalid(f"TRAIN: there is no file {given.train}")
        made = plan(given.data, given.train, stream)
    except DataInvalid as error:
        sys.exit(f"Cannot evaluate: {error}")
    outside = sum(row.label in OUT_OF_SCOPE for row in made.unseen)
    print(f"{made.dataset}: {made.note} Out of scope: {outside}.", flush=True)
    print(_HEAD, flush=True)
    counts = given.points or points(len(made.stream))
    counts = sorted({min(count, len(made.stream)) for count in counts})
    publish(made, asyncio.run(measure(made, counts)), given.out)


if __name__ == "__main__":
    main()
