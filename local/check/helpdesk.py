"""Reads tickets from the helpdesk through its REST API."""

from dataclasses import dataclass
from typing import Any

import httpx

_PAGE = 100
_CLOSED = (3, 4)
"""Status numbers of django-helpdesk: resolved, closed."""


@dataclass(frozen=True)
class FollowUp:
    """One entry of a ticket's history."""

    id: int
    author: str
    public: bool
    comment: str
    closes: bool

    @property
    def is_answer(self) -> bool:
        """Whether a human of support ended what the customer asked: said something, or closed."""
        return self.author == "agent" and (self.closes or (self.public and bool(self.comment)))


@dataclass(frozen=True)
class Segment:
    """One message of the customer, and what came after it until the next."""

    turn: int
    follow_ups: tuple[FollowUp, ...]

    def of_bot(self, *, public: bool) -> list[FollowUp]:
        """The machine's words, to the customer or to agents."""
        own = [each for each in self.follow_ups if each.author == "bot" and each.comment]
        return [each for each in own if each.public is public]

    @property
    def human_came_first(self) -> bool:
        """Whether the machine replied after a human had answered, or somebody had closed it."""
        done = False
        for each in self.follow_ups:
            if each.author == "bot" and each.public and each.comment and done:
                return True
            done = done or each.is_answer or (each.author == "customer" and each.closes)
        return False

    @property
    def is_settled(self) -> bool:
        """Whether a human answered it, or somebody closed it."""
        return any(each.is_answer or each.closes for each in self.follow_ups)


@dataclass(frozen=True)
class HelpdeskTicket:
    """A ticket as the helpdesk has it; one segment for each message of the customer."""

    id: int
    segments: tuple[Segment, ...]

    def segment(self, turn: int) -> Segment | None:
        """What belongs to the customer's message number `turn`, counted from 1."""
        return self.segments[turn - 1] if 0 < turn <= len(self.segments) else None


class HelpdeskReader:
    """The helpdesk, read as its bot user; `since` leaves out tickets with smaller numbers."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def tickets(self, since: int = 0) -> list[HelpdeskTicket]:
        """Return all tickets from number `since` on; raises `httpx.HTTPError`."""
        return [self._ticket(number) for number in sorted(self._numbers(since))]

    def _numbers(self, since: int) -> set[int]:
        found: set[int] = set()
        url: str | None = f"/api/tickets/?page_size={_PAGE}"
        while url:
            page = self._get(url)
            found |= {int(each["id"]) for each in page["results"]}
            url = page["next"]
        return {number for number in found if number >= since}

    def _ticket(self, number: int) -> HelpdeskTicket:
        whole = self._get(f"/api/deskloop/tickets/{number}/")
        # by number: clocks may disagree
        entries = sorted(whole["follow_ups"], key=lambda each: int(each["id"]))
        return HelpdeskTicket(number, _segments([_follow_up(each) for each in entries]))

    def _get(self, url: str) -> Any:
        return self._http.get(url).raise_for_status().json()


def _follow_up(entry: dict[str, Any]) -> FollowUp:
    return FollowUp(
        id=int(entry["id"]),
        author=str(entry["author"]),
        public=bool(entry["public"]),
        comment=str(entry["comment"] or "").strip(),
        closes=entry["new_status"] in _CLOSED,
    )


def _segments(entries: list[FollowUp]) -> tuple[Segment, ...]:
    parts: list[list[FollowUp]] = [[]]
    for each in entries:
        if each.author == "customer" and each.public and each.comment:
            parts.append([])
        parts[-1].append(each)
    return tuple(Segment(turn, tuple(part)) for turn, part in enumerate(parts, start=1))
