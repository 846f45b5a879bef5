"""acme.zendesk.com, for what is only Zendesk's; the rest is in tests/helpdesks/every."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.desk import as_new
from tests.helpdesks.conftest import Desks
from tests.helpdesks.zendesk.standin.zendesk import Zendesk
from tests.workflows.stubs import Stubs


@pytest.fixture
def zendesk(served: Desks) -> Iterator[Zendesk]:
    """Zendesk alone, as new: whatever happens, the workflows are not told."""
    with as_new(served("zendesk")) as desk:
        desk.held = True
        yield desk


@pytest.fixture
def desk(connected: Desks, stubs: Stubs) -> Iterator[Zendesk]:
    """Zendesk with everything connected to it."""
    with as_new(connected("zendesk")) as desk:
        yield desk
