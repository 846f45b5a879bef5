"""A mailbox, for what is only e-mail's; the rest is in tests/helpdesks/every."""

from collections.abc import Iterator

import pytest

from tests.helpdesks.bed.desk import as_new
from tests.helpdesks.conftest import Desks
from tests.helpdesks.email.standin.desk import Mailbox
from tests.helpdesks.email.standin.inbox import Inbox
from tests.workflows.stubs import Stubs


@pytest.fixture
def mailbox(connected: Desks, stubs: Stubs) -> Iterator[Mailbox]:
    """An empty mailbox, everything connected to it."""
    with as_new(connected("email")) as desk:
        yield desk


@pytest.fixture
def inbox(mailbox: Mailbox) -> Inbox:
    """What people do with it, with any mail program."""
    return mailbox.inbox
