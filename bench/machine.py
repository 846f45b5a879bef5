"""Memory of each process, disk after set-up, and the seconds of a second start."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from local.settings import ROOT, STATE
from local.supervisor.control import Supervisor

FOLDERS = {
    ".venv": ROOT / ".venv",
    "local/n8n/node_modules": ROOT / "local" / "n8n" / "node_modules",
    "local/.state": STATE,
}


def memory() -> dict[str, dict[str, float]]:
    """Return MB of each process with its children: resident, and with shared pages counted once."""
    return {
        state.name: _memory(state.pid)
        for state in Supervisor().states().values()
        if state.state == "RUNNING"
    }


def _memory(pid: int) -> dict[str, float]:
    resident = proportional = 0
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                resident += process.memory_info().rss
                proportional += _proportional(process)
    return {"rss": round(resident / 1e6, 1), "pss": round(proportional / 1e6, 1)}


def _proportional(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.AccessDenied, AttributeError):
        return int(process.memory_full_info().pss)
    return int(process.memory_info().rss)


def disk() -> dict[str, float]:
    """Return GB of disk blocks below each folder, hard links counted once, and their sum."""
    seen: set[tuple[int, int]] = set()
    sizes = {name: round(_size(folder, seen) / 1e9, 2) for name, folder in FOLDERS.items()}
    return {**sizes, "sum": round(sum(sizes.values()), 2)}


def _size(folder: Path, seen: set[tuple[int, int]]) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            # files come and go below a running database
            with contextlib.suppress(OSError):
                status = (Path(parent) / name).lstat()
                key = (status.st_dev, status.st_ino)
                if key not in seen:
                    seen.add(key)
                    total += status.st_blocks * 512
    return total


def restart() -> dict[str, float]:
    """Return the seconds of `make down` and of the `make up` after it, until it says ready."""
    return {"down_seconds": _timed("local.down"), "up_seconds": _timed("local.up")}


def _timed(module: str) -> float:
    started = time.monotonic()
    command = [sys.executable, "-m", module]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    return round(time.monotonic() - started, 1)
