"""The mail service at real servers, an empty mailbox for each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.mail.service import Mail
from services.mail.settings import MailSettings
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.email.standin.inbox import Inbox
from tests.helpdesks.email.standin.servers import MailServers, running_mail_servers


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServers]:
    with running_mail_servers(Authority(tmp_path_factory.mktemp("authority"))) as running:
        yield running


@pytest.fixture
def inbox(servers: MailServers) -> Inbox:
    inbox = Inbox(servers)
    inbox.clear()
    return inbox


@pytest.fixture
def mail(inbox: Inbox) -> Mail:
    return mail_with(inbox)


def mail_with(inbox: Inbox, **changes: Any) -> Mail:
    """Return the service with other settings."""
    return Mail(MailSettings.model_validate(inbox.servers.settings(**changes)))
