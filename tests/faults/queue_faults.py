"""n8n in queue mode: a whole worker dies, or the main process, or Redis."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.faults.fault import Apply, Fault
from tests.faults.laboratory import Laboratory


def _cannot() -> str | None:
    return None if shutil.which("redis-server") else "redis-server is not installed"


@contextmanager
def worker_killed(lab: Laboratory) -> Iterator[None]:
    """The busier of two workers is killed with its task runner; the other one goes on."""
    pids = [lab.processes.pid(f"n8n-worker-{number}") for number in (1, 2)]
    times = {pid: psutil.Process(pid).cpu_times().user for pid in pids}
    busiest = max(pids, key=lambda pid: times[pid])
    children = psutil.Process(busiest).children(recursive=True)
    os.kill(busiest, signal.SIGKILL)
    for child in children:
        if child.is_running():
            child.kill()
    yield
    lab.wait_until_up()


def killed(name: str) -> Apply:
    """`kill -9` of another process of queue mode."""

    @contextmanager
    def apply(lab: Laboratory) -> Iterator[None]:
        lab.processes.kill(name)
        yield
        lab.wait_until_up()

    return apply


FAULTS = [
    Fault(title, apply, cannot=_cannot, queue_mode=True, last_end_seconds=180)
    for title, apply in (
        ("queue mode: kill -9 of a worker", worker_killed),
        ("queue mode: kill -9 of n8n's main process", killed("n8n")),
        ("queue mode: kill -9 Redis", killed("redis")),
    )
]
