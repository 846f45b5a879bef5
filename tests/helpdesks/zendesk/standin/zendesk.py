"""acme.zendesk.com as the tests use it: people act, triggers fire, workflows call the API."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.bed.waiting import wait_until
from tests.helpdesks.zendesk.standin.app import create_app
from tests.helpdesks.zendesk.standin.hooks import Delivery, due
from tests.helpdesks.zendesk.standin.state import BOT_EMAIL, HOST, Account, Json


@dataclass
class Zendesk:
    """One account with its bot, two agents and two groups, and what people do in it."""

    account: Account = field(default_factory=Account)
    deliveries: list[Delivery] = field(default_factory=list)
    held: bool = False
    """Webhooks are kept back until `release`, so that a test may shuffle them."""
    _waiting: "queue.Queue[Delivery | None]" = field(default_factory=queue.Queue)
    _busy: int = 0

    def __post_init__(self) -> None:
        self.bot = self.account.add_user("Deskloop", BOT_EMAIL, "admin")
        self.maya = self.account.add_user("Maya Lind", "maya@acme.example", "agent")
        self.support = self.account.add_group("Support")
        self.billing = self.account.add_group("Billing")

    # what people do

    def customer_asks(
        self,
        body: str,
        subject: str = "Refund",
        email: str | None = "ana@example.com",
        **comment: str,
    ) -> int:
        """A customer writes an e-mail; returns the new ticket's number."""
        with self.account.lock:
            customer = self._customer(email)
            said = {"body": body, "channel": "email", **comment}
            wanted = {"subject": subject, "comment": said, "requester_id": customer["id"]}
            id_: int = self.account.create(wanted, customer, "email")["id"]
        self.changed()
        return id_

    def customer_replies(self, id_: int, body: str) -> None:
        """The customer answers; a solved or pending ticket opens again, as in Zendesk."""
        with self.account.lock:
            ticket = self.account.ticket(id_)
            customer = self.account.users[ticket["requester_id"]]
            status = "new" if ticket["status"] == "new" else "open"
            said = {"body": body, "public": True, "channel": "email"}
            self.account.update(id_, {"comment": said, "status": status}, customer, "email")
        self.changed()

    def agent_writes(
        self, id_: int, body: str, *, public: bool = True, status: str | None = None
    ) -> None:
        """Maya answers or takes a note; solving assigns the ticket to her."""
        with self.account.lock:
            wanted: Json = {"comment": {"body": body, "public": public}}
            wanted |= {"assignee_id": self.maya["id"]} if public else {}
            wanted |= {"status": status} if status else {}
            self.account.update(id_, wanted, self.maya, "web")
        self.changed()

    def agent_sets(self, id_: int, **wanted: object) -> None:
        """Maya changes fields of a ticket without a word."""
        with self.account.lock:
            self.account.update(id_, wanted, self.maya, "web")
        self.changed()

    def customer_rates(self, id_: int, score: str, comment: str | None = None) -> None:
        """The customer clicks `good` or `bad`."""
        with self.account.lock:
            ticket = self.account.ticket(id_)
            customer = self.account.users[ticket["requester_id"]]
            self.account.rate(id_, score, comment, customer)
        self.changed()

    def _customer(self, email: str | None) -> Json:
        found = self.account.user_of(email) if email else None
        return found or self.account.add_user(email or "Caller +1 555 0100", email)

    def leave_only(self, *ids: int) -> None:
        """Close all other tickets, so that no workflow finds them any more."""
        for id_, ticket in self.account.tickets.items():
            if id_ not in ids:
                ticket["status"] = "closed"

    # what tests look at

    def ticket(self, id_: int) -> Json:
        return self.account.ticket(id_)

    def public(self, id_: int) -> list[Json]:
        """The comments that the customer can read."""
        return [c for c in self.account.comments[id_] if c["public"]]

    def notes(self, id_: int) -> list[str]:
        """The internal notes."""
        return [c["body"] for c in self.account.comments[id_] if not c["public"]]

    def by_bot(self, id_: int) -> list[Json]:
        """What Deskloop wrote."""
        return [c for c in self.account.comments[id_] if c["author_id"] == self.bot["id"]]

    # webhooks

    def changed(self) -> None:
        """Let the triggers look at what changed."""
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
        """Send what the triggers found, until None is in the queue."""
        while (delivery := self._waiting.get()) is not None:
            with suppress(Exception):
                delivery.send()
            with self.account.lock:
                self._busy -= 1

    def stop(self) -> None:
        self._waiting.put(None)


@contextmanager
def running_zendesk(authority: Authority, proxy: Proxy) -> Iterator[Zendesk]:
    """Serve an account under its real name, behind the proxy."""
    zendesk = Zendesk()
    app = create_app(zendesk.account, zendesk.changed)
    sender = threading.Thread(target=zendesk.deliver, daemon=True)
    sender.start()
    with serving(app, authority.certificate(HOST)) as port:
        proxy.routes[HOST] = port
        yield zendesk
        del proxy.routes[HOST]
    zendesk.stop()
    sender.join(30)
