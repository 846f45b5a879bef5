"""A helpdesk of somebody's own beside n8n, connected as docs/helpdesks/webhook.md says."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.helpdesks.bed.servers import serving
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import REPLY_URL, WEBHOOK
from tests.helpdesks.webhook.standin import OwnDesk, check_form, desk_app
from tests.workflows.stubs import Stubs


@pytest.fixture(scope="session")
def own_desk(system: System) -> Iterator[OwnDesk]:
    desk = OwnDesk(WEBHOOK.webhook_secret)
    with serving(desk_app(desk), port=urlsplit(REPLY_URL).port or 0):
        system.n8n.set(webhook_reply_url=REPLY_URL)
        yield desk
        system.n8n.set(webhook_reply_url="")


@pytest.fixture
def desk(own_desk: OwnDesk, system: System, stubs: Stubs) -> Iterator[OwnDesk]:
    """The helpdesk as new; what Deskloop sent it must have the documented form."""
    own_desk.reset()
    own_desk.url = system.webhook("ticket")
    yield own_desk
    for message in own_desk.asked:
        check_form("message", message)
