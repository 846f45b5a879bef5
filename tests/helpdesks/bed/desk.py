"""What people do in any helpdesk and what tests look at: each stand-in's driver speaks this."""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from fastapi import FastAPI

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.bed.waiting import wait_until

PATIENCE_SECONDS = 20
Id = Any
"""How the helpdesk names a ticket: a number or a word."""


class Desk(ABC):
    """A helpdesk of any kind; the shared cases know nothing more of it."""

    source: ClassVar[str]
    """As in a ticket's id, and in the names of the workflows."""
    name: ClassVar[str]
    """As `Check the connection` calls it."""
    ratings: ClassVar[tuple[tuple[Any, float], ...]]
    """What a customer can click, with the score that it means; the worst first."""
    looks_first: ClassVar[bool] = True
    """A workflow looks before it claims; else the helpdesk itself refuses what comes too late."""
    says_too_late: ClassVar[bool] = True
    """Agents read in the helpdesk that a decision of theirs came too late."""
    held: bool = False
    """What is reported is kept back until `release`."""

    def __init__(self) -> None:
        self._soon: list[threading.Thread] = []

    def ticket_id(self, id_: Id) -> str:
        """Return the name of a ticket in the ledger."""
        return f"{self.source}:{id_}"

    # what people do

    @abstractmethod
    def customer_asks(self, body: str = "Where is it?", subject: str = "Refund") -> Id:
        """Ana, of ana@example.com, asks; returns the new ticket."""

    @abstractmethod
    def customer_replies(self, id_: Id, body: str) -> None:
        """Ana writes again."""

    @abstractmethod
    def agent_writes(self, id_: Id, body: str, *, public: bool = True, solve: bool = False) -> None:
        """Maya answers or takes a note."""

    @abstractmethod
    def meanwhile(self) -> dict[str, Callable[[Id], object]]:
        """Return all that may happen to a ticket, after which nobody may post to it."""

    # what tests look at

    @abstractmethod
    def public(self, id_: Id) -> list[str]:
        """Return what the customer was answered, in words; not what they wrote first."""

    @abstractmethod
    def notes(self, id_: Id) -> list[str]:
        """Return what only agents read."""

    @abstractmethod
    def by_bot(self, id_: Id) -> list[Any]:
        """Return what Deskloop wrote, in the helpdesk's own form; nothing of a deleted ticket."""

    @abstractmethod
    def lies_with(self, id_: Id, group: str) -> bool:
        """Whether the agents of `review` or `human` find the ticket, as the guide promises."""

    @abstractmethod
    def posted_as(self, id_: Id) -> dict[str, Any]:
        """Return what the ledger has to know of Deskloop's reply: its name in the helpdesk."""

    @property
    @abstractmethod
    def not_posted(self) -> dict[str, Any]:
        """What the ledger is told where the helpdesk did not answer before a reply."""

    # webhooks and trouble

    def release(self) -> None:
        """Report what was held back."""
        self.held = False

    @abstractmethod
    def trouble(self) -> dict[str, Callable[[Id], object]]:
        """Return short troubles of every kind, which a workflow has to wait out."""

    @abstractmethod
    def reply_is_not_confirmed(self, id_: Id) -> None:
        """Let the next reply arrive, and nobody learn of it."""

    @abstractmethod
    def goes_away(self) -> None:
        """Answer nobody, until `comes_back`."""

    @abstractmethod
    def comes_back(self) -> None:
        """Be as before."""

    def soon(self, act: Callable[[], object]) -> None:
        """Do something beside the test, as another computer would."""
        self._soon.append(threading.Thread(target=act, daemon=True))
        self._soon[-1].start()

    def settle(self) -> None:
        """Wait until nothing is on its way."""
        while self._soon:
            self._soon.pop().join(PATIENCE_SECONDS)

    @abstractmethod
    def reset(self) -> None:
        """Forget faults and what was reported; tickets and people stay."""

    @property
    def broken_rules(self) -> list[str]:
        """Calls that broke a rule of the helpdesk, which told nobody."""
        return []


AnyDesk = TypeVar("AnyDesk", bound=Desk)


@dataclass(frozen=True)
class Deformed:
    """A ticket that the vendor changed in a way nobody expected."""

    act: Callable[[Id], object]
    where: tuple[str | int, ...]
    """Where the record of the failure shows it."""
    shape: Any
    """What kind of thing is there now."""


class VendorDesk(Desk):
    """A helpdesk with an API of its own, behind the proxy, and webhooks that report events."""

    host: ClassVar[str]
    look: ClassVar[tuple[str, str]]
    """The call by which a workflow looks at a ticket."""
    reply: ClassVar[tuple[str, str]]
    """The call that brings a reply to the customer."""
    search: ClassVar[tuple[str, str]]
    """The call by which lost tickets are found."""
    ask_who_we_are: ClassVar[tuple[str, str]]
    """The first call of `Check the connection`."""
    parts_of_articles: ClassVar[dict[tuple[str, str], set[str]]]
    """Calls without which the help centre is not read whole, and the languages that are left."""
    articles_not_read: ClassVar[str]
    """What is said then."""
    looks: ClassVar[str]
    """The name of the step that looks at a ticket, as the ledger is told it."""
    takes_in: ClassVar[str]
    """The name of the workflow that writes a ticket in the neutral form."""
    asked_to_wait: ClassVar[str | None] = "10"
    """Seconds after which it shall try again; None where it would not listen."""
    tries: ClassVar[int] = 1
    """How often it sends a webhook that is refused as unfit."""
    many: ClassVar[int] = 130
    """So many messages that they come in several pages."""
    odd_texts: ClassVar[dict[str, tuple[str, str]]] = {}
    """Subjects and bodies that this helpdesk in particular has to bring as they are."""
    unknown_reports: ClassVar[tuple[tuple[Any, int], ...]]
    """Bodies that fit no event, and what they are answered."""
    account: Any
    bot: Any
    maya: Any
    support: Any
    """The group of the agents who review."""
    billing: Any
    """The group of the agents who take over."""

    def __init__(self) -> None:
        super().__init__()
        self.deliveries: list[Delivery] = []
        self._waiting: queue.Queue[Delivery | None] = queue.Queue()
        self._busy = 0

    @property
    def not_posted(self) -> dict[str, Any]:
        return {"step": f"{self.looks} again", "error": "500"}

    # what people do

    @abstractmethod
    def customer_asks(
        self,
        body: str = "Where is it?",
        subject: str | None = "Refund",
        email: str | None = "ana@example.com",
        html: str | None = None,
    ) -> Id:
        """Ana asks, or somebody else does."""

    @abstractmethod
    def agent_asks_back(self, id_: Id, body: str) -> None:
        """Maya asks the customer something and waits."""

    def says_besides(self, id_: Id) -> None:
        """Let be said what customer and agents did not say to each other."""

    @abstractmethod
    def agent_solves(self, id_: Id) -> None:
        """Maya solves a ticket without a word."""

    @abstractmethod
    def agent_opens(self, id_: Id) -> None:
        """Maya opens a solved ticket again."""

    @abstractmethod
    def customer_rates(self, id_: Id, rating: Any, remark: str | None = None) -> None:
        """Ana says how content she is."""

    @abstractmethod
    def customer_attaches(self, id_: Id, name: str, size: int) -> None:
        """Let the newest message of the customer have had a file of so many bytes."""

    @abstractmethod
    def somebody_deletes(self, id_: Id) -> None:
        """The ticket is gone."""

    @abstractmethod
    def leave_only(self, *ids: Id) -> None:
        """Close all other tickets, so that no workflow finds them any more."""

    @abstractmethod
    def agent_marks(self, id_: Id) -> None:
        """Maya gives the highest priority and a tag of hers."""

    def meanwhile(self) -> dict[str, Callable[[Id], object]]:
        return {
            "answered": lambda id_: self.agent_writes(id_, "I take this one."),
            "solved": self.agent_solves,
            "deleted": self.somebody_deletes,
        }

    # what tests look at

    @abstractmethod
    def tags(self, id_: Id) -> list[str]:
        """Return the tags, sorted."""

    @abstractmethod
    def group(self, id_: Id) -> Any:
        """Return the id of the group that has the ticket."""

    @abstractmethod
    def is_solved(self, id_: Id) -> bool:
        """Whether the customer was told that this is done."""

    @abstractmethod
    def is_urgent(self, id_: Id) -> bool:
        """Whether agents see that it is urgent."""

    @abstractmethod
    def priority(self, id_: Id) -> Any:
        """Return the priority, as the helpdesk writes it."""

    def marks(self, id_: Id) -> Any:
        """Return the priority and the tags that are not Deskloop's."""
        ours = ("deskloop_", "lang_")
        return self.priority(id_), [tag for tag in self.tags(id_) if not tag.startswith(ours)]

    def lies_with(self, id_: Id, group: str) -> bool:
        own = set(self.tags(id_)) - {"deskloop_urgent"}
        has_it = self.group(id_) == {"review": self.support, "human": self.billing}[group]["id"]
        urgent, solved = self.is_urgent(id_), self.is_solved(id_)
        return own == {f"deskloop_{group}", "lang_en"} and has_it and urgent and not solved

    @abstractmethod
    def known_as(self, id_: Id) -> dict[str, Any]:
        """Return name, locale and metadata of Ana's ticket, as every step gets them."""

    def asked_for(self, id_: Id) -> list[str]:
        """Return the calls that concern a ticket."""
        calls: list[str] = self.account.pressure.calls
        return [call for call in calls if f"/{id_}" in call]

    # trouble

    def fail(
        self, call: tuple[str, str], id_: Id = "", status: int | None = 500, **how: Any
    ) -> None:
        """Order a fault of `look` or `reply`, for one ticket or for all; see `Pressure.fail`."""
        method, path = call
        self.account.pressure.fail(method, path.format(id=id_), status, **how)

    def trouble(self) -> dict[str, Callable[[Id], object]]:
        return {
            "too many requests": lambda id_: self.fail(self.look, id_, 429),
            "broken twice": lambda id_: self.fail(self.look, id_, 500, times=2),
            "slow once": lambda id_: self.fail(self.look, id_, None, seconds=1.8),
        }

    def refuses_the_reply(self, id_: Id) -> None:
        """Let the next reply be forbidden, but not what comes after it."""
        self.fail(self.reply, id_, 403)

    @abstractmethod
    def deformed(self) -> dict[str, Deformed]:
        """Return how a ticket may lose its form."""

    def empty_lists(self) -> dict[str, Deformed]:
        """Return what may be answered as an empty list where it should be one thing."""
        return {"a list for a ticket": self.empty_list(self.look, "ticket")}

    def empty_list(self, call: tuple[str, str], where: str) -> Deformed:
        """Return how a call is answered by an empty list while one webhook is worked on."""
        return Deformed(
            lambda id_: self.fail(call, id_, 200, says=[], times=self.tries), (where,), []
        )

    @abstractmethod
    def reply_loses_its_form(self, id_: Id) -> None:
        """Let the newest reply be a number where words were."""

    def goes_away(self) -> None:
        self.fail(self.look, times=30)

    def comes_back(self) -> None:
        self.account.pressure.reset()

    # articles

    @abstractmethod
    def publishes_refunds(self) -> dict[str, dict[str, str]]:
        """Leave one article in two languages, beside what nobody may see; returns ours by id."""

    @abstractmethod
    def publishes_many(self, count: int) -> None:
        """Add articles in the first language of `publishes_refunds`."""

    # webhooks

    @abstractmethod
    def app(self) -> FastAPI:
        """Return the API."""

    @abstractmethod
    def due(self) -> list[Delivery]:
        """Return what has to be reported of all that happened since."""

    def reports(self, event: str) -> list[Delivery]:
        """Return what was reported of `customer_wrote`, `agent_solved`, `rated` or `reopened`."""
        return [d for d in self.deliveries if f'"{event}"'.encode() in d.body]

    def changed(self) -> None:
        """Let the rules look at what changed."""
        with self.account.lock:
            found = self.due()
            self.deliveries += found
            if not self.held:
                self._start(found)

    def release(self, deliveries: list[Delivery] | None = None) -> None:
        """Send held webhooks in this order, one after the other; all that a customer wrote."""
        self.held = False
        kept = [d for d in self.reports("customer_wrote") if not d.statuses]
        for delivery in kept if deliveries is None else deliveries:
            delivery.send()

    def settle(self) -> None:
        wait_until(lambda: self._busy == 0, "webhooks are on their way")

    def reset(self) -> None:
        self.settle()
        self.held = False
        self.deliveries.clear()
        self.account.pressure.reset()

    def _start(self, found: list[Delivery]) -> None:
        self._busy += len(found)
        for delivery in found:
            self._waiting.put(delivery)

    def deliver(self) -> None:
        """Send what is due, until `stop`."""
        while (delivery := self._waiting.get()) is not None:
            with suppress(Exception):
                delivery.send()
            with self.account.lock:
                self._busy -= 1

    def stop(self) -> None:
        self._waiting.put(None)


@contextmanager
def as_new(desk: AnyDesk) -> Iterator[AnyDesk]:
    """Give a test a helpdesk without the faults and reports of the test before."""
    desk.reset()
    yield desk
    desk.settle()
    broken = desk.broken_rules
    desk.reset()
    assert broken == []


@contextmanager
def running(desk: VendorDesk, authority: Authority, proxy: Proxy) -> Iterator[VendorDesk]:
    """Serve a helpdesk under its real name, behind the proxy."""
    sender = threading.Thread(target=desk.deliver, daemon=True)
    sender.start()
    with serving(desk.app(), authority.certificate(desk.host)) as port:
        proxy.routes[desk.host] = port
        yield desk
        del proxy.routes[desk.host]
    desk.stop()
    sender.join(30)
