"""`python -m local.workflows deploy|export|lint|screenshots`."""

import argparse
import sys
from collections.abc import Callable

from local.workflows.client import N8nError
from local.workflows.deploy import deploy
from local.workflows.export import export
from local.workflows.files import read_workflows
from local.workflows.lint_together import lint_together
from local.workflows.settings import DeploySettings, TableSeed


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.workflows")
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument(
        "--overwrite", action="store_true", help="deploy: also over what was edited in n8n"
    )
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except N8nError as error:
        print(error, file=sys.stderr)
        return 1


def _deploy(options: argparse.Namespace) -> int:
    changes = deploy(DeploySettings(), TableSeed(), overwrite=options.overwrite)
    for change in changes or ["n8n is up to date"]:
        print(change)
    return 0


def _export(_: argparse.Namespace) -> int:
    for change in export(DeploySettings()) or ["the files are up to date"]:
        print(change)
    return 0


def _lint(_: argparse.Namespace) -> int:
    findings = lint_together(read_workflows())
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


def _screenshots(_: argparse.Namespace) -> int:
    # imported here: a server that only deploys has no browser
    from local.workflows.screenshots import take_screenshots

    for path in take_screenshots(DeploySettings()):
        print(path)
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "deploy": _deploy,
    "export": _export,
    "lint": _lint,
    "screenshots": _screenshots,
}


if __name__ == "__main__":
    raise SystemExit(main())
