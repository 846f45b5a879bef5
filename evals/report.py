"""Reports: one JSON and one Markdown file per evaluation, and one JSON object on the terminal."""

import json
from pathlib import Path
from typing import Any

from evals.intervals import Measure

Report = dict[str, dict[str, Any]]
"""Data set → `rows` and its measures (or a plain number or note)."""


def publish(part: str, report: Report, folder: Path) -> None:
    """Write both files into `folder` and print the JSON object as the last line."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{part}.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    (folder / f"{part}.md").write_text(markdown(part, report), encoding="utf-8")
    print(f"Reports: {folder / part}.md and .json")
    print(json.dumps(report))


def markdown(part: str, report: Report) -> str:
    """The report as one table per data set."""
    lines = [f"# {part.capitalize()}", "", f"Made by `make eval-{part}`.", ""]
    for name, measures in report.items():
        lines += [f"## {name}", ""]
        if note := measures.get("note"):
            lines += [str(note), ""]
        lines += ["| measure | value | 95 % interval | rows |", "|---|---|---|---|"]
        lines += [_line(key, value) for key, value in measures.items() if key != "note"]
        lines.append("")
    return "\n".join(lines)


def _line(name: str, value: Measure | float | int | None) -> str:
    if not isinstance(value, dict):
        return f"| {name} | {value} | | |"
    if value["value"] is None:
        return f"| {name} | – | – | 0 |"
    interval = f"{value['low']:.3f} – {value['high']:.3f}"
    return f"| {name} | {value['value']:.3f} | {interval} | {value['rows']} |"
