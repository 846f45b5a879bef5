"""`make down`: stop everything of this clone and make sure that nothing is left."""

import contextlib
import sys
import time

import psutil
from rich.console import Console

from local.supervisor.config import PID_FILE, socket_path
from local.supervisor.control import Supervisor, our_processes

_PATIENCE_SECONDS = 40.0


def main() -> int:
    """Stop everything; returns the exit code, 1 where something would not end."""
    console = Console(highlight=False)
    running = our_processes()
    if not running:
        console.print("Nothing is running.")
        return 0
    started = time.monotonic()
    supervised = Supervisor().is_running()
    Supervisor().shut_down()
    # what nobody stops for us is not waited for
    _, left = psutil.wait_procs(running, timeout=_PATIENCE_SECONDS if supervised else 0.1)
    _end(left)
    socket_path().unlink(missing_ok=True)
    PID_FILE.unlink(missing_ok=True)
    survivors = our_processes()
    for process in survivors:
        console.print(f"[red]✗[/red] process {process.pid} ({process.name()}) does not end")
    if not survivors:
        took = time.monotonic() - started
        console.print(f"Stopped {len(running)} processes in {took:.0f} s; nothing is left running.")
    return 1 if survivors else 0


def _end(processes: list[psutil.Process]) -> None:
    for action in ("terminate", "kill"):
        for process in processes:
            with contextlib.suppress(psutil.Error):
                getattr(process, action)()
        _, processes = psutil.wait_procs(processes, timeout=10)


if __name__ == "__main__":
    sys.exit(main())
