"""One laboratory for all faults, and the table at the end."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.processes import Processes
from tests.faults.disk import small_disk
from tests.faults.laboratory import LEASE_SECONDS, Laboratory
from tests.faults.table import Results, text

_RESULTS = pytest.StashKey[Results]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = Results()


@pytest.fixture(scope="session")
def results(pytestconfig: pytest.Config) -> Results:
    """What the table will show."""
    return pytestconfig.stash[_RESULTS]


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    """A whole system of its own, ready."""
    processes = Processes()
    processes.environment["LEDGER_LEASE_SECONDS"] = str(LEASE_SECONDS)
    with small_disk(processes.state / "postgres"):
        try:
            processes.up()
            with closing(Laboratory(processes)) as running:
                yield running
        finally:
            processes.down()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    results = config.stash[_RESULTS]
    if results.outcomes or results.not_run:
        terminalreporter.write_sep("=", "faults")
        terminalreporter.write_line(text(results))
