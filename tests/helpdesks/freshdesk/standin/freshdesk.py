"""acme.freshdesk.com as the tests use it: people act, rules fire, workflows call the API."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.bed.waiting import wait_until
from tests.helpdesks.freshdesk.standin.app import create_app
from tests.helpdesks.freshdesk.standin.hooks import Delivery, due
from tests.helpdesks.freshdesk.standin.state import (
    BOT_EMAIL,
    CLOSED,
    HOST,
    OPEN,
    PENDING,
    RESOLVED,
    SURVEY,
    Account,
    Json,
)


def html_of(text: str) -> str:
    """Return plain text as the HTML that Freshdesk keeps."""
    return "<div>" + escape(text).replace("\n", "<br>") + "</div>"


@dataclass
class Freshdesk:
    """One account with its bot, an agent and two groups, and what people do in it."""

    account: Account = field(default_factory=Account)
    deliveries: list[Delivery] = field(default_factory=list)
    held: bool = False
    """Webhooks are kept back until `release`, so that a test may shuffle them."""
    _waiting: "queue.Queue[Delivery | None]" = field(default_factory=queue.Queue)
    _busy: int = 0

    def __post_init__(self) -> None:
        self.bot = self.account.add_agent("Deskloop", BOT_EMAIL)
        self.maya = self.account.add_agent("Maya Lind", "maya@acme.example")
        self.account.admins.add(self.bot["id"])
        self.support = self.account.add_group("Support")
        self.billing = self.account.add_group("Billing")

    # what people do

    def customer_asks(
        self,
        body: str,
        subject: str | None = "Refund",
        email: str | None = "ana@example.com",
        html: str | None = None,
    ) -> int:
        """A customer writes an e-mail; returns the new ticket's number."""
        with self.account.lock:
            who = {"email": email} if email else {"phone": "+1 555 0100"}
            text = html_of(body) if html is None else html
            wanted = {"subject": subject, "description": text, "status": OPEN, "priority": 1}
            id_: int = self.account.create({**wanted, **who, "source": 1}, "requester")["id"]
        self.changed()
        return id_

    def customer_replies(self, id_: int, body: str) -> None:
        """The customer answers; Freshdesk's own rule opens a ticket again that was not open."""
        with self.account.lock:
            customer = self.account.ticket(id_)["requester_id"]
            self.account.say(id_, html_of(body), customer, incoming=True)
            if self.account.ticket(id_)["status"] in (PENDING, RESOLVED, CLOSED):
                self.account.update(id_, {"status": OPEN}, "system")
        self.changed()

    def agent_writes(
        self, id_: int, body: str, *, public: bool = True, status: int | None = None
    ) -> None:
        """Maya answers or takes a note; answering assigns the ticket to her."""
        with self.account.lock:
            self.account.say(id_, html_of(body), self.maya["id"], private=not public)
            wanted: Json = {"responder_id": self.maya["id"]} if public else {}
            wanted |= {"status": status} if status else {}
            if wanted:
                self.account.update(id_, wanted)
        self.changed()

    def agent_sets(self, id_: int, **wanted: object) -> None:
        """Maya changes fields of a ticket without a word."""
        with self.account.lock:
            self.account.update(id_, wanted)
        self.changed()

    def customer_rates(self, id_: int, value: int, feedback: str | None = None) -> None:
        """The customer answers the survey: 103 is the best, -103 the worst."""
        with self.account.lock:
            self.account.rate(id_, value, feedback)
        self.changed()

    def leave_only(self, *ids: int) -> None:
        """Close all other tickets, so that no workflow finds them any more."""
        for id_, ticket in self.account.tickets.items():
            if id_ not in ids:
                ticket["status"] = CLOSED

    # what tests look at

    def ticket(self, id_: int) -> Json:
        return self.account.ticket(id_)

    def public(self, id_: int) -> list[Json]:
        """The messages after the description that the customer can read."""
        said = self.account.conversations[id_]
        return [c for c in said if not c["private"] and c["source"] != SURVEY]

    def notes(self, id_: int) -> list[str]:
        """The texts of the private notes."""
        return [c["body_text"] for c in self.account.conversations[id_] if c["private"]]

    def by_bot(self, id_: int) -> list[Json]:
        """What Deskloop wrote."""
        return [c for c in self.account.conversations[id_] if c["user_id"] == self.bot["id"]]

    def sent(self, event: str) -> list[Delivery]:
        """The webhooks that report an event; our own changes are reported, too."""
        return [d for d in self.deliveries if f'"{event}"'.encode() in d.body]

    # webhooks

    def changed(self) -> None:
        """Let the rules look at what changed."""
        with self.account.lock:
            changes, self.account.changes = self.account.changes, []
            found = [d for change in changes for d in due(self.account, change)]
            self.deliveries += found
            if not self.held:
                self._start(found)

    def release(self, deliveries: list[Delivery]) -> None:
        """Send held webhooks in this order, one after the other."""
        self.held = False
        for delivery in deliveries:
            delivery.send()

    def settle(self) -> None:
        """Wait until no webhook is on its way."""
        wait_until(lambda: self._busy == 0, "webhooks are on their way")

    def reset(self) -> None:
        """Forget webhooks and faults; tickets and people stay."""
        self.settle()
        self.held = False
        self.deliveries.clear()
        self.account.pressure.reset()

    def _start(self, found: list[Delivery]) -> None:
        self._busy += len(found)
        for delivery in found:
            self._waiting.put(delivery)

    def deliver(self) -> None:
        """Send what the rules found, until None is in the queue."""
        while (delivery := self._waiting.get()) is not None:
            with suppress(Exception):
                delivery.send()
            with self.account.lock:
                self._busy -= 1

    def stop(self) -> None:
        self._waiting.put(None)


@contextmanager
def running_freshdesk(authority: Authority, proxy: Proxy) -> Iterator[Freshdesk]:
    """Serve an account under its real name, behind the proxy."""
    freshdesk = Freshdesk()
    app = create_app(freshdesk.account, freshdesk.changed)
    sender = threading.Thread(target=freshdesk.deliver, daemon=True)
    sender.start()
    with serving(app, authority.certificate(HOST)) as port:
        proxy.routes[HOST] = port
        yield freshdesk
        del proxy.routes[HOST]
    freshdesk.stop()
    sender.join(30)
