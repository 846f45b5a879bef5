"""`make status`: a small table of what runs."""

import contextlib
import sys
import time

import psutil
from rich.console import Console
from rich.table import Table

from local.env_file import ensure_env_file
from local.environment import load_environment, local_settings
from local.supervisor.control import State, Supervisor
from local.supervisor.processes import Process, all_processes
from local.up import answers


def main() -> int:
    """Print the table; returns 0 when everything runs and is ready, else 1."""
    console = Console(highlight=False)
    supervisor = Supervisor()
    if not supervisor.is_running():
        console.print("Nothing is running. Start everything with `make up`.")
        return 1
    ensure_env_file()
    states = supervisor.states()
    processes = all_processes(local_settings(load_environment()))
    rows = [_row(process, states.get(process.name)) for process in processes]
    console.print(_table(rows))
    return 0 if all(row[2] == "yes" for row in rows) else 1


def _row(process: Process, state: State | None) -> tuple[str, ...]:
    if state is None or state.state != "RUNNING":
        return (process.name, state.state.lower() if state else "new", "no", "", "", "", "")
    ready = "yes" if answers(process.ready_url) else "no"
    megabytes = f"{_memory(state.pid) / 1e6:.0f} MB"
    uptime = _duration(time.time() - state.since)
    return process.name, "running", ready, str(process.port), str(state.pid), megabytes, uptime


def _memory(pid: int) -> int:
    """Return the bytes of a process and its children, shared pages counted once."""
    total = 0
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += _own_memory(process)
    return total


def _own_memory(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.AccessDenied, AttributeError):
        return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)


def _duration(seconds: float) -> str:
    minutes = int(seconds) // 60
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _table(rows: list[tuple[str, ...]]) -> Table:
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for title in ("process", "state", "ready", "port", "pid", "memory", "up for"):
        table.add_column(title, justify="right" if title in ("pid", "memory", "port") else "left")
    for row in rows:
        colour = "" if row[2] == "yes" else "red"
        table.add_row(*row, style=colour)
    return table


if __name__ == "__main__":
    sys.exit(main())
