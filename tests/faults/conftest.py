"""The systems under test, and the table at the end."""

from collections.abc import Iterator

import pytest

from tests.faults.laboratories import Laboratories
from tests.faults.table import Results, keep, text

_RESULTS = pytest.StashKey[Results]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = Results()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones out unless they are asked for by their mark."""
    if "laboratory" in (config.getoption("-m") or ""):
        return
    long = [item for item in items if item.get_closest_marker("laboratory")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


@pytest.fixture(scope="session")
def results(pytestconfig: pytest.Config) -> Results:
    """What the table will show."""
    return pytestconfig.stash[_RESULTS]


@pytest.fixture(scope="session")
def laboratories() -> Iterator[Laboratories]:
    """The systems that faults are applied to."""
    all_of_them = Laboratories()
    try:
        yield all_of_them
    finally:
        all_of_them.stop()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    results = config.stash[_RESULTS]
    if not results.outcomes and not results.not_run:
        return
    terminalreporter.write_sep("=", "faults")
    terminalreporter.write_line(text(results))
    keep(results)
