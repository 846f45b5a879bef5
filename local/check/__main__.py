"""`make check-ends`: compare ledger and helpdesk ticket by ticket; exit code 1 on findings."""

import argparse
import json
import sys
from collections import Counter
from dataclasses import asdict

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from local.check.check import check_ends
from local.check.compare import Comparison
from local.check.findings import EXPLAINED, Kind
from local.environment import load_environment, local_settings

_LOST_AFTER = 900.0
console = Console(highlight=False)


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; returns the exit code."""
    options = _parser().parse_args(arguments)
    environment = load_environment()
    settings = local_settings(environment)
    bot = ("deskloop", settings.helpdesk_bot_password.get_secret_value())
    try:
        with httpx.Client(
            base_url=settings.helpdesk_url, auth=bot, timeout=60, trust_env=False
        ) as http:
            found = check_ends(
                environment["DESKLOOP_DATABASE_URL"], http, options.lost_after, options.since
            )
    except (psycopg.Error, httpx.HTTPError) as error:
        console.print(f"[red]✗[/red] Nothing was compared: {error}", soft_wrap=True)
        return 2
    print(_json(found)) if options.json else _show(found)
    return 1 if found.findings else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.check", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--since", type=int, default=0, help="first ticket number to look at")
    parser.add_argument(
        "--lost-after",
        type=float,
        default=_LOST_AFTER,
        metavar="SECONDS",
        help="a ticket without an end is lost after this (%(default).0f)",
    )
    return parser


def _json(found: Comparison) -> str:
    return json.dumps(
        {
            "tickets": found.tickets,
            "turns": found.turns,
            "counts": _counts(found),
            "findings": [asdict(finding) for finding in found.findings],
        }
    )


def _counts(found: Comparison) -> dict[str, int]:
    counted = Counter(finding.kind for finding in found.findings)
    return {kind.value: counted[kind] for kind in Kind}


def _show(found: Comparison) -> None:
    what = f"{found.tickets} tickets, {found.turns} messages of customers"
    if not found.findings:
        console.print(f"[green]✓[/green] {what}: ledger and helpdesk agree, each has one end.")
        return
    table = Table(box=None, header_style="bold")
    for column in ("ticket", "message", "finding", "what it means", "detail"):
        table.add_column(column, overflow="fold")
    for each in found.findings:
        meaning = EXPLAINED[each.kind]
        table.add_row(str(each.ticket), str(each.turn), each.kind.value, meaning, each.detail)
    console.print(table)
    console.print(f"[red]✗[/red] {len(found.findings)} findings in {what}.")


if __name__ == "__main__":
    sys.exit(main())
