"""What an account of Freshdesk holds, and the rules by which it changes."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.helpdesks.bed.pressure import Pressure
from tests.helpdesks.freshdesk.standin import errors
from tests.helpdesks.freshdesk.standin.checks import check_ticket
from tests.helpdesks.freshdesk.standin.shapes import (
    empty_agent,
    empty_contact,
    empty_conversation,
    empty_group,
    empty_ticket,
    text_of,
)

Json = dict[str, Any]

HOST = "acme.freshdesk.com"
BOT_EMAIL = "deskloop@acme.example"
API_KEY = "a-key-of-the-tests"
OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
HIGH, URGENT = 3, 4
REPLY, NOTE, SURVEY = 0, 2, 6
"""Sources of what is said in a conversation."""
_SETTABLE = (
    *("subject", "type", "status", "priority", "source", "group_id", "responder_id", "tags"),
    *("custom_fields", "due_by", "product_id", "company_id"),
)
_TIMES = (
    *("agent_responded_at", "requester_responded_at", "first_responded_at", "reopened_at"),
    *("resolved_at", "closed_at", "pending_since", "status_updated_at"),
)


@dataclass
class Change:
    """One thing that happened to a ticket, as the automation rules see it."""

    ticket: Json
    before: Json | None
    performer: str
    """`agent`, `requester` or `system`."""
    event: str = ""
    """`reply_sent`, `note`, `customer_feedback`, or nothing but changed fields."""


@dataclass
class Account:
    """Agents, contacts, groups, tickets and all that belongs to them, in Freshdesk's own form."""

    agents: dict[int, Json] = field(default_factory=dict)
    contacts: dict[int, Json] = field(default_factory=dict)
    groups: dict[int, Json] = field(default_factory=dict)
    tickets: dict[int, Json] = field(default_factory=dict)
    stats: dict[int, Json] = field(default_factory=dict)
    conversations: dict[int, list[Json]] = field(default_factory=dict)
    ratings: dict[int, list[Json]] = field(default_factory=dict)
    categories: dict[int, Json] = field(default_factory=dict)
    folders: dict[int, Json] = field(default_factory=dict)
    articles: dict[int, Json] = field(default_factory=dict)
    translations: dict[tuple[str, int, str], Json] = field(default_factory=dict)
    rules: dict[int, list[Json]] = field(default_factory=lambda: {1: [], 3: [], 4: []})
    admins: set[int] = field(default_factory=set)
    required_to_resolve: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    pressure: Pressure = field(default_factory=lambda: Pressure(errors.too_many_requests))
    lock: Any = field(default_factory=threading.RLock)
    _number: int = 88_000_000_000
    _ticket_number: int = 0

    def new_id(self) -> int:
        self._number += 7
        return self._number

    @staticmethod
    def now() -> str:
        """Return the time; Freshdesk counts in seconds."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    # people

    def add_agent(self, name: str, email: str) -> Json:
        id_ = self.new_id()
        self.agents[id_] = empty_agent(id_, name, email, self.now())
        return self.agents[id_]

    def add_contact(self, name: str, email: str | None, **more: Any) -> Json:
        id_ = self.new_id()
        self.contacts[id_] = empty_contact(id_, name, email, self.now()) | more
        return self.contacts[id_]

    def add_group(self, name: str) -> Json:
        id_ = self.new_id()
        self.groups[id_] = empty_group(id_, name, self.now())
        return self.groups[id_]

    def contact_of(self, email: str) -> Json | None:
        found = (c for c in self.contacts.values() if (c["email"] or "").lower() == email.lower())
        return next(found, None)

    # tickets

    def ticket(self, id_: int) -> Json:
        if id_ not in self.tickets:
            raise errors.not_found()
        return self.tickets[id_]

    def alive(self, id_: int, method: str) -> Json:
        """Return a ticket that may be changed; one in the bin or marked as spam may not."""
        ticket = self.ticket(id_)
        if ticket.get("deleted") or ticket["spam"]:
            raise errors.not_allowed(method)
        return ticket

    def create(self, wanted: Json, performer: str = "agent") -> Json:
        """Create a ticket; its description is the first message."""
        check_ticket(self, wanted, new=True)
        requester = self._requester(wanted)
        self._ticket_number += 1
        id_, now = self._ticket_number, self.now()
        ticket = empty_ticket(id_, now) | {"requester_id": requester["id"]}
        ticket |= {key: wanted[key] for key in _SETTABLE if key in wanted}
        ticket["description"] = wanted.get("description", "")
        ticket["description_text"] = text_of(ticket["description"])
        self.tickets[id_], self.conversations[id_], self.ratings[id_] = ticket, [], []
        self.stats[id_] = dict.fromkeys(_TIMES)
        self.changes.append(Change(dict(ticket), None, performer))
        return ticket

    def update(self, id_: int, wanted: Json, performer: str = "agent") -> Json:
        """Change fields of a ticket."""
        ticket = self.alive(id_, "PUT")
        check_ticket(self, wanted, new=False)
        if wanted.get("status") in (RESOLVED, CLOSED):
            for name in self.required_to_resolve:
                if not wanted.get(name, ticket.get(name)):
                    raise errors.invalid(name, "It should not be blank", "missing_field")
        before = dict(ticket)
        ticket |= {key: wanted[key] for key in _SETTABLE if key in wanted}
        ticket["updated_at"] = self.now()
        self._keep_times(id_, before["status"], ticket["status"])
        self.changes.append(Change(dict(ticket), before, performer))
        return ticket

    def say(
        self, id_: int, body: str, user_id: int, *, private: bool = False, incoming: bool = False
    ) -> Json:
        """Add a reply or a note to a ticket."""
        ticket = self.alive(id_, "POST")
        if not text_of(body).strip() and not incoming:
            raise errors.invalid("body", "It should not be blank as this is a mandatory field")
        before, now = dict(ticket), self.now()
        ticket["updated_at"] = now
        said = empty_conversation(self.new_id(), id_, user_id, body, now)
        said |= {"incoming": incoming, "private": private, "source": NOTE if private else REPLY}
        self.conversations[id_].append(said)
        self.stats[id_]["requester_responded_at" if incoming else "agent_responded_at"] = now
        performer = "requester" if incoming else "agent"
        event = "note" if private else "reply_sent"
        self.changes.append(Change(dict(ticket), before, performer, event))
        return said

    def rate(self, id_: int, value: int, feedback: str | None = None) -> Json:
        """Take a customer's answer to the satisfaction survey."""
        ticket, now, rating_id = self.ticket(id_), self.now(), self.new_id()
        rating = {
            "id": rating_id,
            "survey_id": 1,
            "user_id": ticket["requester_id"],
            "agent_id": ticket["responder_id"],
            "group_id": ticket["group_id"],
            "ticket_id": id_,
            "feedback": feedback,
            "ratings": {"default_question": value},
            "created_at": now,
            "updated_at": now,
        }
        self.ratings[id_].insert(0, rating)
        if feedback:
            said = empty_conversation(self.new_id(), id_, rating["user_id"], feedback, now)
            self.conversations[id_].append(said | {"incoming": True, "source": SURVEY})
        self.changes.append(Change(dict(ticket), dict(ticket), "requester", "customer_feedback"))
        return rating

    def merge(self, primary: int, others: list[int]) -> None:
        """Close the other tickets with a note that names the primary one, as Freshdesk does."""
        self.ticket(primary)
        for id_ in others:
            self.say(
                id_, f"This ticket is closed and merged into ticket {primary}", 1, private=True
            )
            self.update(id_, {"status": CLOSED})

    def _keep_times(self, id_: int, before: int, after: int) -> None:
        stats, now = self.stats[id_], self.now()
        if before == after:
            return
        stats["status_updated_at"] = now
        if before in (RESOLVED, CLOSED) and after not in (RESOLVED, CLOSED):
            stats |= {"reopened_at": now, "resolved_at": None, "closed_at": None}
        if after in (RESOLVED, CLOSED):
            stats["resolved_at"] = now
        if after == CLOSED:
            stats["closed_at"] = now

    def _requester(self, wanted: Json) -> Json:
        if wanted.get("requester_id"):
            return self.contacts[wanted["requester_id"]]
        email = wanted.get("email")
        found = self.contact_of(email) if email else None
        name = wanted.get("name") or (email or wanted.get("phone") or "Somebody").split("@")[0]
        return found or self.add_contact(name, email, phone=wanted.get("phone"))
