"""acme.freshdesk.com, served for all tests of its workflows, and set up as the guide says."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import FRESHDESK
from tests.helpdesks.freshdesk.setup import set_up
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk, running_freshdesk
from tests.workflows.stubs import Stubs


@pytest.fixture(scope="session")
def freshdesk_server(authority: Authority, proxy: Proxy) -> Iterator[Freshdesk]:
    with running_freshdesk(authority, proxy) as freshdesk:
        yield freshdesk


@pytest.fixture
def freshdesk(freshdesk_server: Freshdesk) -> Iterator[Freshdesk]:
    """Without the faults and webhooks of the test before."""
    freshdesk_server.reset()
    yield freshdesk_server
    freshdesk_server.reset()


@pytest.fixture(scope="session")
def connected(freshdesk_server: Freshdesk, system: System) -> None:
    """The rules exist in Freshdesk; n8n knows our agent and the groups."""
    set_up(freshdesk_server, system.webhook("freshdesk"), FRESHDESK.webhook_secret)
    system.n8n.set(
        freshdesk_agent_id=freshdesk_server.bot["id"],
        freshdesk_review_group_id=freshdesk_server.support["id"],
        freshdesk_human_group_id=freshdesk_server.billing["id"],
    )


@pytest.fixture
def desk(connected: None, freshdesk: Freshdesk, stubs: Stubs) -> Any:
    """Freshdesk with everything connected to it."""
    return freshdesk
