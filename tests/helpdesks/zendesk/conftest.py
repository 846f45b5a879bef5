"""acme.zendesk.com, served for all tests of the Zendesk workflows."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.zendesk.standin.zendesk import Zendesk, running_zendesk


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
