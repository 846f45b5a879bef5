"""acme.freshdesk.com, served for all tests of its workflows, and set up as the guide says."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk, running_freshdesk


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
