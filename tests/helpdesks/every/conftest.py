"""What every helpdesk must do, told once: each case runs for each helpdesk, under its name."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.desk import Desk, VendorDesk, as_new
from tests.helpdesks.conftest import Desks
from tests.helpdesks.desks import ALL, VENDORS
from tests.workflows.stubs import Stubs


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A case with a `vendor` is for helpdesks with an API, one with a `desk` for all."""
    if "source" in metafunc.fixturenames:
        sources = VENDORS if "vendor" in metafunc.fixturenames else ALL
        metafunc.parametrize("source", list(sources), scope="session")


@pytest.fixture(scope="session")
def source() -> str:
    """Whose turn it is; session-wide, so that pytest keeps a helpdesk's cases together."""
    raise AssertionError("set by pytest_generate_tests")


@pytest.fixture
def desk(source: str, connected: Desks, stubs: Stubs) -> Iterator[Desk]:
    """Any helpdesk, with everything connected to it."""
    with as_new(connected(source)) as desk:
        yield desk


@pytest.fixture
def vendor(desk: VendorDesk) -> VendorDesk:
    """A helpdesk with an API of its own, groups, tags and webhooks."""
    return desk
