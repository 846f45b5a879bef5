"""One whole system for all end-to-end tests: its start takes longer than most of them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.helpdesk import Helpdesk
from tests.e2e.processes import Processes
from tests.e2e.system import EASY, System

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """Everything that `make up` starts, ready."""
    processes = Processes()
    try:
        processes.up()
        with closing(System(processes)) as running:
            running.set_policies(**EASY)
            yield running
    finally:
        processes.down()


@pytest.fixture
def helpdesk(system: System) -> Helpdesk:
    """The running helpdesk."""
    return system.helpdesk
