"""Become one of our processes: `python -m local.supervisor.run NAME`; supervisor calls this.

So the secrets stand in `.env` only, and not in supervisor's configuration.
"""

import os
import sys

from local.environment import load_environment, local_settings
from local.settings import ROOT
from local.supervisor.processes import all_processes


def main(name: str) -> None:
    """Replace this process by the named one."""
    environment = load_environment()
    processes = {each.name: each for each in all_processes(local_settings(environment))}
    process = processes[name]
    os.chdir(ROOT)
    os.execve(process.command[0], process.command, process.environment(environment))  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
