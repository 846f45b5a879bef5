"""Run one evaluation: `python -m evals intents --data ../shared/data`."""

import argparse
import asyncio
import importlib
import sys
from pathlib import Path

from evals.errors import DataInvalid
from evals.report import publish

PARTS = ("intents", "retrieval", "injection", "pii", "canary")
OWN_COMMANDS = ("replay", "gate")
"""They read one file of tickets and have options of their own."""


def main() -> None:
    """Read the command line, measure, write the reports and print one JSON object last."""
    if sys.argv[1:2] and sys.argv[1] in OWN_COMMANDS:
        importlib.import_module(f"evals.{sys.argv[1]}").main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="evals", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, *OWN_COMMANDS])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("evals/reports"))
    parser.add_argument(
        "--cross", action="store_true", help="intents: also train without each set in turn"
    )
    arguments = parser.parse_args()
    if arguments.part != "canary" and not arguments.data.is_dir():
        print(f"Skipped: there is no folder {arguments.data}; name another with DATA=folder.")
        return
    module = importlib.import_module(f"evals.{arguments.part}")
    try:
        report = asyncio.run(module.measure(arguments.data, cross=arguments.cross))
    except DataInvalid as error:
        sys.exit(f"Cannot evaluate: {error}")
    publish(arguments.part, report, arguments.out)


if __name__ == "__main__":
    main()
