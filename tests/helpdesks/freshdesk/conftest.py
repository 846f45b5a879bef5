"""acme.freshdesk.com, for what is only Freshdesk's; the rest is in tests/helpdesks/every."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.desk import as_new
from tests.helpdesks.conftest import Desks
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.workflows.stubs import Stubs


@pytest.fixture
def freshdesk(served: Desks) -> Iterator[Freshdesk]:
    """Freshdesk alone, as new: whatever happens, the workflows are not told."""
    with as_new(served("freshdesk")) as desk:
        desk.held = True
        yield desk


@pytest.fixture
def desk(connected: Desks, stubs: Stubs) -> Iterator[Freshdesk]:
    """Freshdesk with everything connected to it."""
    with as_new(connected("freshdesk")) as desk:
        yield desk
