"""A mailbox with its servers and the mail service, as docs/helpdesks/email.md sets it up."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from services.common.settings import CommonSettings
from services.mail.main import create_app
from services.mail.settings import MailSettings
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import MAIL_URL
from tests.helpdesks.email.standin.inbox import Inbox
from tests.helpdesks.email.standin.servers import MailServers, running_mail_servers
from tests.workflows.stubs import Stubs


@pytest.fixture(scope="session")
def mail_servers(authority: Authority) -> Iterator[MailServers]:
    with running_mail_servers(authority) as servers:
        yield servers


@pytest.fixture(scope="session")
def mail_service(mail_servers: MailServers, system: System) -> Iterator[None]:
    settings = MailSettings.model_validate(mail_servers.settings())
    app = create_app(settings, CommonSettings(token=SecretStr(TOKEN)))
    with serving(app, port=urlsplit(MAIL_URL).port or 0):
        system.n8n.set(mail_url=MAIL_URL)
        yield
        system.n8n.set(mail_url="")


@pytest.fixture
def inbox(mail_servers: MailServers, mail_service: None, system: System, stubs: Stubs) -> Inbox:
    """An empty mailbox, everything connected to it."""
    inbox = Inbox(mail_servers)
    inbox.clear()
    return inbox
