"""The running systems that faults are applied to: one at a time."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.e2e.processes import Processes
from tests.faults.disk import small_disk
from tests.faults.fault import Fault
from tests.faults.laboratory import LEASE_SECONDS, Laboratory


class Laboratories:
    """Has one system running: that of the fault that comes next."""

    def __init__(self) -> None:
        self._running: tuple[str, Laboratory] | None = None
        self._end: Iterator[Laboratory] | None = None

    def of(self, fault: Fault) -> Laboratory:
        """The system that this fault needs; another one is stopped first."""
        mode = "queue" if fault.queue_mode else "regular"
        if self._running is None or self._running[0] != mode:
            self.stop()
            self._end = _laboratory(mode)
            self._running = (mode, next(self._end))
        return self._running[1]

    def stop(self) -> None:
        """Stop what runs."""
        if self._end is not None:
            for _ in self._end:
                pass
        self._running = self._end = None


def _laboratory(mode: str) -> Iterator[Laboratory]:
    with _system(mode) as processes, closing(Laboratory(processes)) as laboratory:
        yield laboratory


@contextmanager
def _system(mode: str) -> Iterator[Processes]:
    processes = Processes()
    processes.environment["LEDGER_LEASE_SECONDS"] = str(LEASE_SECONDS)
    processes.environment["LOCAL_N8N_EXECUTIONS_MODE"] = mode
    with small_disk(processes.state / "postgres"):
        try:
            processes.up()
            yield processes
        finally:
            processes.down()
