"""Run a command of local.workflows with the settings of the local set-up."""

import os
import sys

from local.environment import load_environment


def main() -> None:
    """Become `python -m local.workflows …`, told what `.env` and the ports say."""
    command = [sys.executable, "-m", "local.workflows", *sys.argv[1:]]
    os.execve(sys.executable, command, load_environment())  # noqa: S606


if __name__ == "__main__":
    main()
