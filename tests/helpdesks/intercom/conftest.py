"""api.intercom.io, for what is only Intercom's; the rest is in tests/helpdesks/every."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.desk import as_new
from tests.helpdesks.conftest import Desks
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.workflows.stubs import Stubs


@pytest.fixture
def intercom(served: Desks) -> Iterator[Intercom]:
    """Intercom alone, as new: whatever happens, the workflows are not told."""
    with as_new(served("intercom")) as desk:
        desk.held = True
        yield desk


@pytest.fixture
def desk(connected: Desks, stubs: Stubs) -> Iterator[Intercom]:
    """Intercom with everything connected to it."""
    with as_new(connected("intercom")) as desk:
        yield desk
