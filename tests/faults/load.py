"""Customers and agents: files a mix of tickets in the helpdesk and lets people write meanwhile."""

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from local.demo.tickets import DemoTicket, load_tickets
from tests.e2e.helpdesk import CustomerTicket, Helpdesk

_PATIENCE_SECONDS = 240.0
"""How long somebody tries again while the helpdesk is away."""
_PEOPLE = 24
_LATER = "I forgot to say: it is the one that I bought last month. Does that change anything?"
_ANSWER = "Hi, I have looked into it myself and sorted it out for you. Maya"


_OF_SEVEN = (
    *("auto_or_review", "human", "auto_or_review", "any"),
    *("auto_or_review", "human", "auto_or_review"),
)
Result = TypeVar("Result")


def mixed() -> Iterator[DemoTicket]:
    """The demo's tickets without end: of seven, four answerable, two for a human, one odd."""
    own = [ticket for ticket in load_tickets() if ticket.follows is None]
    by_expectation = {
        kind: itertools.cycle([t for t in own if t.expect == kind])
        for kind in ("auto_or_review", "human", "any")
    }
    for kind in itertools.cycle(_OF_SEVEN):
        yield next(by_expectation[kind])


@dataclass
class Batch:
    """The tickets of one run of a fault."""

    tickets: list[CustomerTicket] = field(default_factory=list)
    on_filed: list[Callable[[CustomerTicket], None]] = field(default_factory=list)


class Load:
    """Files tickets from several hands; who meets a closed door comes back a second later."""

    def __init__(self, helpdesk: Helpdesk, seed: int = 3) -> None:
        self._helpdesk = helpdesk
        self._mix = mixed()
        self._random = random.Random(seed)
        self._filed = 0
        self._pool = ThreadPoolExecutor(_PEOPLE)
        self._busy: list[Future[None]] = []

    def file(self, batch: Batch, number: int, spread_seconds: float, *, people: bool) -> None:
        """Have `number` tickets filed within `spread_seconds`; returns at the end of that time.

        With `people`, some customers write again and an agent answers some tickets meanwhile.
        """
        delays = sorted(self._random.uniform(0, spread_seconds) for _ in range(number))
        for delay in delays:
            self._filed += 1
            role = self._role(self._filed) if people else ""
            pause = self._random.uniform(0.3, 4.0)
            work = (batch, next(self._mix), delay, role, pause)
            self._busy.append(self._pool.submit(self._customer, *work))
        time.sleep(spread_seconds)

    def wait(self) -> None:
        """Return when everybody has done what they wanted; raises what went wrong for good."""
        for each in self._busy:
            each.result()
        self._busy.clear()

    def close(self) -> None:
        """Send everybody home."""
        self._pool.shutdown(cancel_futures=True)

    @staticmethod
    def _role(number: int) -> str:
        return {2: "agent", 4: "customer"}.get(number % 6, "")

    def _customer(
        self, batch: Batch, text: DemoTicket, delay: float, role: str, pause: float
    ) -> None:
        time.sleep(delay)
        ticket = persist(lambda: self._helpdesk.ask(text.subject, text.text))
        batch.tickets.append(ticket)
        for each in batch.on_filed:
            each(ticket)
        if not role:
            return
        time.sleep(pause)
        if role == "agent":
            persist(lambda: self._helpdesk.answer_as_agent(ticket, _ANSWER, solve=True))
        else:
            persist(lambda: self._helpdesk.write_again(ticket, _LATER))


def persist(action: Callable[[], Result], seconds: float = _PATIENCE_SECONDS) -> Result:
    """Do it until it succeeds, as people do with a page that does not load."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except (httpx.HTTPError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def numbers(tickets: Sequence[CustomerTicket]) -> list[int]:
    """The tickets' numbers in the helpdesk."""
    return sorted(ticket.id for ticket in tickets)
