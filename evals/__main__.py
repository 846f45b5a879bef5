"""Run one evaluation: `python -m evals intents --data ../shared/data`."""

import argparse
import asyncio
import importlib
import sys
from pathlib import Path

from evals.errors import DataInvalid
from evals.report import publish

PARTS = ("intents", "retrieval", "injection", "pii")


def main() -> None:
    """Read the command line, measure, write the reports and print one JSON object last."""
    parser = argparse.ArgumentParser(prog="evals", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("evals/reports"))
    parser.add_argument(
        "--cross", action="store_true", help="intents: also train without each set in turn"
    )
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
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
