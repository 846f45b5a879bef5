"""Replay past tickets through the steps: `python -m evals replay --data tickets.csv`."""

import argparse
import asyncio
import json
import secrets
import shlex
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.errors import DataInvalid
from evals.gate_config import Configuration, read_configuration
from evals.replay_judge import cited, judge
from evals.replay_lift import lift, without_corrections
from evals.replay_measures import measures
from evals.replay_page import replay_page
from evals.replay_rows import Rows, check_labels, read_rows
from evals.replay_run import Record, replay
from evals.replay_system import (
    KNOWLEDGE,
    STEPS,
    Answers,
    System,
    check_ready,
    in_process,
    read_knowledge,
    running,
    store_knowledge,
)
from evals.replay_words import headline, lead
from local.environment import load_environment, local_settings
from local.postgres.embedded import throwaway_postgres

REPORTS = Path("evals/reports")
_CURVES = ("risk_coverage", "tickets_each")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="evals replay", description=__doc__)
    made.add_argument("--data", type=Path, required=True, help="past tickets, .csv or .jsonl")
    made.add_argument("--knowledge", type=Path, default=KNOWLEDGE, help="articles and corrections")
    made.add_argument("--config", type=Path, help="settings to try, as in .env")
    made.add_argument("--out", type=Path, default=REPORTS)
    made.add_argument("--running", action="store_true", help="ask the system that `make up` runs")
    made.add_argument(
        "--url", action="append", default=[], metavar="STEP=URL", help="one step elsewhere"
    )
    made.add_argument(
        "--no-lift", action="store_true", help="do not replay without corrections as well"
    )
    made.add_argument("--show-text", action="store_true", help="tickets' texts in page and report")
    return made


def main(arguments: Sequence[str]) -> None:
    """Replay, write report and page, and print one JSON object last."""
    options = parser().parse_args(arguments)
    try:
        report, page = asyncio.run(_run(options, ["replay", *arguments]))
    except DataInvalid as error:
        sys.exit(f"Cannot replay: {error}")
    options.out.mkdir(parents=True, exist_ok=True)
    full = options.out / f"replay-{report['dataset']}.json"
    full.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    html = full.with_suffix(".html")
    html.write_text(page, encoding="utf-8")
    print(" ".join(words for words, _ in headline(report)))
    print(*lead(report), sep="\n")
    print(f"Page: {html}\nReport: {full}")
    print(json.dumps({key: value for key, value in report.items() if key not in _CURVES}))


async def _run(options: argparse.Namespace, command: Sequence[str]) -> tuple[dict[str, Any], str]:
    data = read_rows(options.data)
    configuration = read_configuration(options.config)
    urls = step_urls(options.url, everything=options.running)
    if options.running and options.config:
        raise DataInvalid("--config changes services of this process; a running one keeps its own")
    if data.unused:
        print(f"Columns that are not used: {', '.join(data.unused)}", file=sys.stderr)
    await check_ready(urls)
    started = time.perf_counter()
    replays = await _replays(options, configuration, urls, data)
    records = replays[0]
    report = _report(data, records, configuration)
    report["lift"] = lift(*replays) if len(replays) == 2 else None
    report["seconds"] = round(time.perf_counter() - started, 1)
    report["command"] = shlex.join(["python", "-m", "evals", *command])
    if options.running:
        report["configuration"] = "the running system"
    report["tickets_each"] = [ticket(each, show_text=options.show_text) for each in records]
    learning = REPORTS / "learning.json"
    return report, replay_page(report, records, learning, show_text=options.show_text)


async def _replays(
    options: argparse.Namespace, configuration: Configuration, urls: dict[str, str], data: Rows
) -> list[list[Record]]:
    """The replay, and one without corrections where that can be had."""
    if set(urls) == set(STEPS):
        async with running(urls) as system:
            return [await _replay(system, data, configuration)]
    knowledge = read_knowledge(options.knowledge)
    sides = [configuration]
    if knowledge.corrections and "retrieve" not in urls and not options.no_lift:
        sides.append(without_corrections(configuration))
    answers: Answers = {}
    found = []
    with throwaway_postgres() as server:
        print("Storing articles and corrections …", file=sys.stderr)
        name = f"replay_{secrets.token_hex(4)}"
        await store_knowledge(server, name, knowledge, configuration)
        for side in sides:
            async with in_process(server, name, side, urls) as system:
                system.answers = answers
                found.append(await _replay(system, data, side))
    return found


async def _replay(system: System, data: Rows, configuration: Configuration) -> list[Record]:
    check_labels(data, system.known)
    records = await replay(system, data.rows, configuration.workflow, progress)
    await judge(records)
    return records


def step_urls(given: Sequence[str], *, everything: bool) -> dict[str, str]:
    """`["draft=http://…"]` → step and URL; all of the running system's with `everything`."""
    urls: dict[str, str] = {}
    if everything:
        settings = local_settings(load_environment())
        urls = {step: settings.service_url(step) for step in STEPS}
    for each in given:
        step, _, url = each.partition("=")
        if step not in STEPS or not url.startswith(("http://", "https://")):
            raise DataInvalid(
                f"--url {each}: write STEP=http://…, where STEP is {', '.join(STEPS)}"
            )
        urls[step] = url.rstrip("/")
    return urls


def progress(done: int, of: int) -> None:
    """Say now and then how far it is."""
    if done == of or done % max(1, of // 10) == 0:
        print(f"{done} of {of} tickets", file=sys.stderr, flush=True)


def _report(data: Rows, records: Sequence[Record], configuration: Configuration) -> dict[str, Any]:
    return {
        "dataset": data.path.stem,
        "tickets": len(records),
        "configuration": configuration.name,
        "made": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "unused_columns": list(data.unused),
        "file_of_all": f"replay-{data.path.stem}.json",
        **measures(records),
    }


def ticket(record: Record, *, show_text: bool) -> dict[str, Any]:
    """One ticket's line in the full report, named by its row."""
    found, check = record.classification, record.check
    line: dict[str, Any] = {
        "row": record.row.number,
        "id": record.row.id or None,
        "route": record.route.value,
        "right": record.right,
        "why": record.why or None,
        "category": found.category if found else None,
        "intent": found.intent if found else None,
        "language": found.language if found else None,
        "confidence": round(found.confidence, 4) if found else None,
        "probability": round(check.probability, 4) if check else None,
        "threshold": check.threshold if check else None,
        "rules": record.rules,
        "cites": cited(record),
        "similarity_with_resolution": record.resolution_similarity,
        "cost_usd": record.cost_usd,
        "failed": record.failed,
    }
    if show_text:
        row = record.row
        reply = record.draft.reply if record.draft else None
        line |= {"subject": row.subject, "body": row.body, "reply": reply}
    return line
