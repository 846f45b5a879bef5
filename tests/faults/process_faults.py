"""Processes that die: each service, n8n, PostgreSQL, the helpdesk."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.processes import SERVICES
from tests.faults.fault import Apply, Fault
from tests.faults.laboratory import Laboratory


def killed(name: str) -> Apply:
    """`kill -9`; what supervises it starts it again, which is when the fault is lifted."""

    @contextmanager
    def apply(lab: Laboratory) -> Iterator[None]:
        lab.processes.kill(name)
        yield
        lab.wait_until_up()

    return apply


@contextmanager
def postgres_restarted(lab: Laboratory) -> Iterator[None]:
    """An orderly restart: every connection ends."""
    lab.processes.stop("postgres")
    lab.processes.start_unready("postgres")
    yield
    lab.wait_until_up()


FAULTS = [
    *(Fault(f"kill -9 {name}", killed(name), quick=name == "ledger") for name in SERVICES),
    Fault("kill -9 n8n", killed("n8n")),
    Fault("kill -9 PostgreSQL", killed("postgres")),
    Fault("restart of PostgreSQL", postgres_restarted),
    Fault("kill -9 helpdesk", killed("helpdesk")),
]
