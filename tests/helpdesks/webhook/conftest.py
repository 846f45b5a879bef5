"""A helpdesk of somebody's own beside n8n, for what only the generic webhook does."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.desk import as_new
from tests.helpdesks.conftest import Desks
from tests.helpdesks.webhook.standin import OwnDesk
from tests.workflows.stubs import Stubs


@pytest.fixture
def desk(connected: Desks, stubs: Stubs) -> Iterator[OwnDesk]:
    """The helpdesk as new; what Deskloop sends it must have the documented form."""
    with as_new(connected("webhook")) as desk:
        yield desk
