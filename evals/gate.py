"""Is B better than A? `python -m evals gate --a a.env --b b.env --data golden.jsonl`.

Exit code 0: better, or cannot tell. 1: worse. 2: something in the input is wrong.
"""

import argparse
import asyncio
import json
import secrets
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.errors import DataInvalid
from evals.gate_compare import Verdict, compare, overall
from evals.gate_config import Configuration, read_configuration
from evals.gate_words import changes, differing, gate_page, headline, lines
from evals.replay import progress
from evals.replay_judge import judge
from evals.replay_measures import measures
from evals.replay_rows import Rows, check_labels, read_rows
from evals.replay_run import Record, replay
from evals.replay_system import (
    KNOWLEDGE,
    Answers,
    Knowledge,
    copy_database,
    in_process,
    read_knowledge,
    store_knowledge,
)
from local.postgres.embedded import EmbeddedPostgres, throwaway_postgres

GOLDEN = Path("evals/golden/larkspur.jsonl")
MEASURES = ("wrong", "sent", "category", "cost")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="evals gate", description=__doc__)
    made.add_argument("--a", type=Path, help="settings as they are; without it the defaults")
    made.add_argument("--b", type=Path, required=True, help="settings to try")
    made.add_argument("--data", type=Path, default=GOLDEN, help="labelled tickets")
    made.add_argument("--knowledge", type=Path, default=KNOWLEDGE, help="articles and corrections")
    made.add_argument("--out", type=Path, default=Path("evals/reports"))
    made.add_argument(
        "--accept",
        action="append",
        default=[],
        choices=MEASURES,
        help="a measure that may get worse on purpose",
    )
    return made


def main(arguments: Sequence[str]) -> None:
    """Compare, write report and page, print one JSON object last; leave with 0, 1 or 2."""
    options = parser().parse_args(arguments)
    try:
        report, page = asyncio.run(_run(options))
    except DataInvalid as error:
        print(f"Cannot compare: {error}", file=sys.stderr)
        sys.exit(2)
    options.out.mkdir(parents=True, exist_ok=True)
    full = options.out / "gate.json"
    full.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    full.with_suffix(".html").write_text(page, encoding="utf-8")
    print(report["headline"])
    for line in report["words"]:
        print(line)
    print(f"Page: {full.with_suffix('.html')}\nReport: {full}")
    print(json.dumps({k: v for k, v in report.items() if k not in {"changes", "a_all", "b_all"}}))
    sys.exit(1 if report["verdict"] == Verdict.WORSE else 0)


async def _run(options: argparse.Namespace) -> tuple[dict[str, Any], str]:
    data = read_rows(options.data)
    a, b = read_configuration(options.a), read_configuration(options.b)
    knowledge = read_knowledge(options.knowledge)
    with throwaway_postgres() as server:
        one, other = await replay_all(server, data, knowledge, (a, b))
    compared = compare(one, other)
    verdict = overall(compared, options.accept)
    changed = changes(one, other)
    report = {
        "verdict": verdict.value,
        "headline": headline(verdict, compared, options.accept),
        "dataset": data.path.stem,
        "tickets": len(one),
        "a": a.name,
        "b": b.name,
        "made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "accepted": options.accept,
        "settings": differing(a, b),
        "measures": [asdict(each) for each in compared],
        "words": _words(lines(compared)),
        "failed": {"a": sum(bool(e.failed) for e in one), "b": sum(bool(e.failed) for e in other)},
        "changes": changed,
        "a_all": measures(one),
        "b_all": measures(other),
    }
    return report, gate_page(report, compared, changed)


async def replay_all(
    server: EmbeddedPostgres, data: Rows, knowledge: Knowledge, sides: Sequence[Configuration]
) -> list[list[Record]]:
    """Replay the same tickets with each side; a step that is set up alike is asked only once."""
    answers: Answers = {}
    name = f"gate_{secrets.token_hex(4)}"
    found = []
    for number, side in enumerate(sides):
        print(f"{chr(ord('A') + number)}: {side.name}", file=sys.stderr)
        alike = side.embeds_like(sides[0])
        base = f"{name}_base_{0 if alike else number}"
        if number == 0 or not alike:
            await store_knowledge(server, base, knowledge, side)
        copy_database(server, base, f"{name}_{number}")
        async with in_process(server, f"{name}_{number}", side, {}) as system:
            check_labels(data, system.known)
            system.answers = answers
            records = await replay(system, data.rows, side.workflow, progress)
        await judge(records)
        found.append(records)
    return found


def _words(table: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{line['name']}: {line['verdict_name']} (A {_both(line, 'a')}, B {_both(line, 'b')}, "
        f"p {line['p']}{', needs ' + line['needed'] if line['needed'] else ''})"
        for line in table
    ]


def _both(line: dict[str, Any], side: str) -> str:
    between = line[f"{side}_interval"]
    return f"{line[side]} [{between}]" if between not in ("", "–") else str(line[side])
