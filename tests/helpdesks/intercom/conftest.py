"""api.intercom.io, served for all tests of the Intercom workflows, and set up as the guide says."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import INTERCOM
from tests.helpdesks.intercom.standin.hooks import Subscription
from tests.helpdesks.intercom.standin.intercom import Intercom, running_intercom
from tests.workflows.stubs import Stubs

TOPICS = {
    "conversation.user.created",
    "conversation.user.replied",
    "conversation.admin.closed",
    "conversation.admin.opened",
    "conversation.rating.added",
}
"""What docs/helpdesks/intercom.md has an administrator subscribe to."""


@pytest.fixture(scope="session")
def intercom_server(authority: Authority, proxy: Proxy) -> Iterator[Intercom]:
    with running_intercom(authority, proxy) as intercom:
        yield intercom


@pytest.fixture
def intercom(intercom_server: Intercom) -> Iterator[Intercom]:
    """Without the faults and notifications of the test before; all calls obeyed Intercom's file."""
    intercom_server.reset()
    intercom_server.account.faults.clear()
    yield intercom_server
    intercom_server.reset()
    assert intercom_server.account.faults == []


@pytest.fixture(scope="session")
def connected(intercom_server: Intercom, system: System) -> None:
    """The app is subscribed in Intercom; n8n knows the teams and our own admin."""
    endpoint, secret = system.webhook("intercom"), INTERCOM.webhook_secret
    intercom_server.subscription = Subscription(endpoint, secret, TOPICS)
    intercom_server.subscription.check_endpoint()
    system.n8n.set(
        intercom_admin_id=int(intercom_server.bot["id"]),
        intercom_review_team_id=int(intercom_server.support["id"]),
        intercom_human_team_id=int(intercom_server.billing["id"]),
    )


@pytest.fixture
def desk(connected: None, intercom: Intercom, stubs: Stubs) -> Intercom:
    """Intercom with everything connected to it."""
    return intercom
