"""The table at the end: one row for each fault, on the screen and under evals/reports/."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.check.findings import Kind
from tests.e2e.processes import ROOT
from tests.faults.fault import Fault
from tests.faults.laboratory import Outcome
from tests.faults.registry import all_faults

REPORT = ROOT / "evals" / "reports" / "faults"
_COLUMNS: dict[str, tuple[Kind, ...]] = {
    "lost": (Kind.LOST, Kind.UNMARKED),
    "twice": (Kind.REPLIED_TWICE, Kind.TWO_ENDS),
    "after a human": (Kind.AFTER_HUMAN,),
    "disagree": (
        *(Kind.NOT_IN_HELPDESK, Kind.NOT_IN_LEDGER),
        *(Kind.DIFFERENT_REPLY, Kind.UNKNOWN_TICKET),
    ),
}
HEADINGS = ("fault", "tickets", *_COLUMNS, "time to last end (s)", "allowed (s)", "load")
"""`load`: the machine's average of the last five minutes, over all its cores."""


@dataclass
class Results:
    """What was seen so far in this run."""

    outcomes: list[Outcome] = field(default_factory=list)
    not_run: list[tuple[Fault, str]] = field(default_factory=list)


def rows(results: Results) -> list[dict[str, Any]]:
    """The table's rows, faults that could not be staged last."""
    ran = [_row(outcome) for outcome in results.outcomes]
    return ran + [{"fault": fault.name, "not_run": why} for fault, why in results.not_run]


def _row(outcome: Outcome) -> dict[str, Any]:
    kinds = [finding.kind for finding in outcome.comparison.findings]
    counted = {name: sum(kind in of for kind in kinds) for name, of in _COLUMNS.items()}
    seconds = outcome.seconds_to_last_end
    return {
        "fault": outcome.fault.name,
        "tickets": outcome.tickets,
        **counted,
        "time to last end (s)": None if seconds is None else round(seconds, 1),
        "allowed (s)": round(outcome.fault.last_end_seconds),
        "load": round(outcome.load, 1),
        "at": outcome.at.isoformat(timespec="seconds"),
    }


def total(table: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The last line: everything added up, and the longest time."""
    ran = [row for row in table if "not_run" not in row]
    seconds = [row["time to last end (s)"] for row in ran]
    summed = {name: sum(row[name] for row in ran) for name in ("tickets", *_COLUMNS)}
    longest = None if not seconds or None in seconds else max(seconds)
    return {"fault": "all", **summed, "time to last end (s)": longest}


def text(results: Results) -> str:
    """The table in columns, for the screen."""
    table = rows(results)
    lines = [list(HEADINGS), *(_cells(row) for row in table), _cells(total(table))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    shown = ["  ".join(_aligned(line, widths)).rstrip() for line in lines]
    ruler = "─" * len(max(shown, key=len))
    return "\n".join([shown[0], ruler, *shown[1:-1], ruler, shown[-1]])


def _aligned(line: Iterable[str], widths: Sequence[int]) -> list[str]:
    first, *others = line
    right = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
    return [first.ljust(widths[0]), *right]


def _cells(row: dict[str, Any]) -> list[str]:
    if "not_run" in row:
        return [f"{row['fault']}: not run, {row['not_run']}", *[""] * (len(HEADINGS) - 1)]
    return [_cell(row[heading]) if heading in row else "" for heading in HEADINGS]


def _cell(value: object) -> str:
    if value is None:
        return "never"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def keep(results: Results) -> None:
    """Write the report where `make test-faults` asks for it, after each fault."""
    if os.environ.get("FAULTS_REPORT"):
        write(results)


def write(results: Results, folder: Path = REPORT) -> None:
    """Keep the table as Markdown and JSON; rows of faults that did not run now stay."""
    file = folder.with_suffix(".json")
    before = json.loads(file.read_text())["faults"] if file.exists() else []
    known = {row["fault"]: row for row in [*before, *rows(results)]}
    table = [known[fault.name] for fault in all_faults() if fault.name in known]
    document = {"command": "make test-faults", "faults": table, "all": total(table)}
    file.write_text(json.dumps(document, indent=1) + "\n")
    lines = ["# Faults survived", "", "Written by `make test-faults`; what the columns mean:"]
    lines += ["[docs/faults.md](../../docs/faults.md).", "", _markdown(HEADINGS)]
    lines += [_markdown(["---", *["---:"] * (len(HEADINGS) - 1)])]
    lines += [_markdown(_cells(row)) for row in [*table, total(table)]]
    folder.with_suffix(".md").write_text("\n".join(lines) + "\n")


def _markdown(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
