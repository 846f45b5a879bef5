"""acme.zendesk.com, served for all tests of the Zendesk workflows, and set up as the guide says."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import ZENDESK
from tests.helpdesks.zendesk.setup import set_up
from tests.helpdesks.zendesk.standin.zendesk import Zendesk, running_zendesk
from tests.workflows.stubs import Stubs


@pytest.fixture(scope="session")
def zendesk_server(authority: Authority, proxy: Proxy) -> Iterator[Zendesk]:
    with running_zendesk(authority, proxy) as zendesk:
        yield zendesk


@pytest.fixture
def zendesk(zendesk_server: Zendesk) -> Iterator[Zendesk]:
    """Without the faults and webhooks of the test before."""
    zendesk_server.reset()
    yield zendesk_server
    zendesk_server.reset()


@pytest.fixture(scope="session")
def connected(zendesk_server: Zendesk, system: System) -> None:
    """Webhook and triggers exist in Zendesk; n8n knows the groups."""
    set_up(zendesk_server, system.webhook("zendesk"), ZENDESK.webhook_secret)
    system.n8n.set(
        zendesk_review_group_id=zendesk_server.support["id"],
        zendesk_human_group_id=zendesk_server.billing["id"],
    )


@pytest.fixture
def desk(connected: None, zendesk: Zendesk, stubs: Stubs) -> Any:
    """Zendesk with everything connected to it."""
    return zendesk
