"""`python -m local.workflows deploy|export|lint|screenshots`."""

import argparse
import sys

from local.workflows.client import N8nError
from local.workflows.deploy import deploy
from local.workflows.settings import DeploySettings, TableSeed


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.workflows")
    parser.add_argument("command", choices=["deploy"])
    parser.parse_args(arguments)
    try:
        for change in deploy(DeploySettings(), TableSeed()) or ["nothing to change"]:
            print(change)
    except N8nError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
