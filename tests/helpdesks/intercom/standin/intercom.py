"""A workspace of Intercom as the tests use it: people act, notifications leave, calls come in."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.intercom.standin.app import create_app, wait_until
from tests.helpdesks.intercom.standin.hooks import Delivery, Subscription, due
from tests.helpdesks.intercom.standin.state import HOST, Account, Json
from tests.helpdesks.intercom.standin.text import as_html, as_plain_text

PUBLIC = ("comment", "open", "close")


@dataclass
class Intercom:
    """One workspace with its bot, two admins and two teams, and what people do in it."""

    account: Account = field(default_factory=Account)
    subscription: Subscription | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    held: bool = False
    """Notifications are kept back until `release`, so that a test may shuffle them."""
    _waiting: "queue.Queue[Delivery | None]" = field(default_factory=queue.Queue)
    _busy: int = 0

    def __post_init__(self) -> None:
        self.owner = self.account.add_admin("Olga Owner", "olga@acme.example")
        self.bot = self.account.add_admin("Deskloop", "deskloop@acme.example")
        self.maya = self.account.add_admin("Maya Lind", "maya@acme.example")
        self.support = self.account.add_team("Support")
        self.billing = self.account.add_team("Billing")
        self.operator = self._bot("41", "operator+k3x9acme@intercom.io")

    def _bot(self, id_: str, email: str) -> Json:
        return {"type": "bot", "id": id_, "name": "Operator", "email": email}

    # what people do

    def customer_asks(
        self,
        body: str,
        subject: str = "",
        email: str | None = "ana@example.com",
        *,
        html: str | None = None,
    ) -> str:
        """A customer starts a conversation; returns its id."""
        with self.account.lock:
            contact = self._contact(email)
            channel = "email" if subject else "conversation"
            html = as_html(body) if html is None else html
            id_: str = self.account.start(contact, html, subject, channel)["id"]
        self.changed()
        return id_

    def customer_replies(self, id_: str, body: str) -> None:
        """The customer writes again, which opens what was closed."""
        with self.account.lock:
            contact = self.account.conversation(id_)["contacts"]["contacts"][0]
            self.account.reply(id_, self.account.contacts[contact["id"]], "comment", as_html(body))
        self.changed()

    def agent_writes(
        self, id_: str, body: str, *, public: bool = True, close: bool = False
    ) -> None:
        """Maya answers or takes a note; closing is an act of its own, as in the inbox."""
        with self.account.lock:
            kind = "comment" if public else "note"
            self.account.reply(id_, self.maya, kind, as_html(body))
        self.changed()
        if close:
            self.agent_does(id_, message_type="close")

    def agent_does(self, id_: str, **wanted: Any) -> None:
        """Maya closes, opens, snoozes or assigns."""
        with self.account.lock:
            self.account.manage(id_, self.maya, wanted)
        self.changed()

    def operator_says(self, id_: str, body: str, *, ai: bool = False) -> None:
        """Intercom's own bot writes: a word of the office hours, or an answer of its AI agent."""
        with self.account.lock:
            conversation = self.account.conversation(id_)
            part = self.account.add_part(conversation, self.operator, "comment", as_html(body))
            part["author"]["from_ai_agent"] = ai

    def customer_rates(self, id_: str, rating: int, remark: str | None = None) -> None:
        """The customer clicks a face, 1 to 5."""
        with self.account.lock:
            self.account.rate(id_, rating, remark)
        self.changed()

    def _contact(self, email: str | None) -> Json:
        found = (c for c in self.account.contacts.values() if email and c["email"] == email)
        name = email.partition("@")[0].title() if email else None
        return next(found, None) or self.account.add_contact(name, email)

    def leave_only(self, *ids: str) -> None:
        """Close all other conversations, so that no workflow finds them any more."""
        for id_, conversation in self.account.conversations.items():
            if id_ not in ids:
                conversation |= {"state": "closed", "open": False}

    # what tests look at

    def conversation(self, id_: str) -> Json:
        return self.account.conversation(id_)

    def parts(self, id_: str) -> list[Json]:
        """Everything after the first message, in order."""
        found: list[Json] = self.conversation(id_)["conversation_parts"]["conversation_parts"]
        return found

    def public(self, id_: str) -> list[str]:
        """The messages that the customer can read, after the first one."""
        said = [p for p in self.parts(id_) if p["part_type"] in PUBLIC and p["body"]]
        return [as_plain_text(part["body"]) for part in said]

    def notes(self, id_: str) -> list[str]:
        """The internal notes, in words."""
        found = [part for part in self.parts(id_) if part["part_type"] == "note"]
        return [as_plain_text(part["body"]) for part in found]

    def by_bot(self, id_: str) -> list[Json]:
        """What Deskloop wrote to the customer or to the agents."""
        mine = [p for p in self.parts(id_) if p["author"]["id"] == self.bot["id"]]
        return [part for part in mine if part["part_type"] in ("comment", "note")]

    def tags(self, id_: str) -> list[str]:
        return sorted(tag["name"] for tag in self.conversation(id_)["tags"]["tags"])

    # notifications

    def changed(self) -> None:
        """Send what happened to whoever subscribed to it."""
        with self.account.lock:
            happened, self.account.happened = self.account.happened, []
            found = [d for each in happened for d in due(self.subscription, each)]
            self.deliveries += found
            if not self.held:
                self._start(found)

    def release(self, deliveries: list[Delivery]) -> None:
        """Send held notifications in this order, one after the other."""
        self.held = False
        for delivery in deliveries:
            delivery.send()

    def settle(self) -> None:
        """Wait until no notification is on its way."""
        wait_until(lambda: self._busy == 0, "notifications are on their way")

    def reset(self) -> None:
        """Forget notifications and faults; conversations and people stay."""
        self.settle()
        self.held = False
        self.deliveries.clear()
        self.account.pressure.reset()

    def _start(self, found: list[Delivery]) -> None:
        self._busy += len(found)
        for delivery in found:
            self._waiting.put(delivery)

    def deliver(self) -> None:
        """Send what happened, until None is in the queue."""
        while (delivery := self._waiting.get()) is not None:
            with suppress(Exception):
                delivery.send()
            with self.account.lock:
                self._busy -= 1

    def stop(self) -> None:
        self._waiting.put(None)


@contextmanager
def running_intercom(authority: Authority, proxy: Proxy) -> Iterator[Intercom]:
    """Serve a workspace under Intercom's real name, behind the proxy."""
    intercom = Intercom()
    app = create_app(intercom.account, intercom.owner, intercom.changed)
    sender = threading.Thread(target=intercom.deliver, daemon=True)
    sender.start()
    with serving(app, authority.certificate(HOST)) as port:
        proxy.routes[HOST] = port
        yield intercom
        del proxy.routes[HOST]
    intercom.stop()
    sender.join(30)
