"""`make bench`: measure what `make up` started; prints tables and one JSON object."""

import argparse
import json
import os
import sys

from rich.console import Console

from bench.machine import disk, memory, restart
from bench.pipeline import BenchError, measure
from bench.report import show
from local.environment import MARK, load_environment, local_settings


def main(arguments: list[str] | None = None) -> int:
    """Run all measurements; returns the exit code."""
    options = _options(arguments)
    console = Console(highlight=False)
    environment = load_environment()
    # without the mark of the system's own processes: `make down` ends all that carry it
    os.environ.update({name: value for name, value in environment.items() if name != MARK})
    settings = local_settings(environment)
    found: dict[str, object] = {}
    try:
        for at_once, tickets in ((1, options.tickets // 3), (8, options.tickets * 2 // 3)):
            with console.status(f"{tickets} tickets, {at_once} at once"):
                found[f"at_once_{at_once}"] = measure(settings, environment, tickets, at_once)
    except BenchError as error:
        console.print(str(error))
        return 1
    found["memory_mb"] = memory()
    found["disk_gb"] = disk()
    if not options.keep_running:
        with console.status("stopping and starting again"):
            found["restart"] = restart()
    show(console, found)
    print(json.dumps(found))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--tickets", type=int, default=60, choices=range(9, 601), metavar="9..600",
        help="how many tickets are filed in the helpdesk (60); a third of them one at a time",
    )  # fmt: skip
    parser.add_argument(
        "--keep-running", action="store_true", help="do not measure `make down` and `make up`"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
