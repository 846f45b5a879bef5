"""All helpdesks of the tests: how each is served, and how it is connected as its guide says."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.desk import running
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.system import System
from tests.helpdesks.email.standin import desk as mailbox
from tests.helpdesks.email.standin.desk import running_mailbox
from tests.helpdesks.freshdesk import setup as freshdesk
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.intercom import setup as intercom
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.helpdesks.webhook import standin as own_desk
from tests.helpdesks.webhook.standin import running_own_desk
from tests.helpdesks.zendesk import setup as zendesk
from tests.helpdesks.zendesk.standin.zendesk import Zendesk


@dataclass(frozen=True)
class Kind:
    """One kind of helpdesk."""

    running: Callable[[Authority, Proxy], AbstractContextManager[Any]]
    connect: Callable[[Any, System], None]


VENDORS = {
    "zendesk": Kind(lambda *bed: running(Zendesk(), *bed), zendesk.connect),
    "intercom": Kind(lambda *bed: running(Intercom(), *bed), intercom.connect),
    "freshdesk": Kind(lambda *bed: running(Freshdesk(), *bed), freshdesk.connect),
}
"""Those with an API of their own."""
ALL = VENDORS | {
    "email": Kind(running_mailbox, mailbox.connect),
    "webhook": Kind(running_own_desk, own_desk.connect),
}
