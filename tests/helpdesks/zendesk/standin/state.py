"""What an account of Zendesk holds, and the rules by which it changes."""

import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.helpdesks.bed.pressure import Pressure
from tests.helpdesks.zendesk.standin import errors

Json = dict[str, Any]

HOST = "acme.zendesk.com"
BOT_EMAIL = "deskloop@acme.example"
API_TOKEN = "a-token-of-the-tests"
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
LONGEST_COMMENT = 65_535
_UNSET = (
    *("description", "external_id", "type", "priority", "recipient", "assignee_id", "group_id"),
    *("organization_id", "forum_topic_id", "problem_id", "due_at", "satisfaction_rating"),
)
_LISTS = (
    *("tags", "custom_fields", "fields", "collaborator_ids", "follower_ids", "email_cc_ids"),
    *("followup_ids", "sharing_agreement_ids"),
)
_SETTABLE = (
    *("subject", "type", "priority", "status", "assignee_id", "group_id", "tags", "external_id"),
    *("custom_fields", "due_at", "problem_id", "organization_id"),
)


def url(path: str) -> str:
    return f"https://{HOST}/api/v2/{path}.json"


@dataclass
class Change:
    """One update of a ticket, as the triggers see it."""

    ticket: Json
    before: Json | None
    actor: Json
    comment: Json | None = None


@dataclass
class Account:
    """Users, groups, tickets, comments, ratings, articles; everything in Zendesk's own form."""

    users: dict[int, Json] = field(default_factory=dict)
    groups: dict[int, Json] = field(default_factory=dict)
    tickets: dict[int, Json] = field(default_factory=dict)
    comments: dict[int, list[Json]] = field(default_factory=dict)
    ratings: dict[int, Json] = field(default_factory=dict)
    articles: dict[int, Json] = field(default_factory=dict)
    webhooks: dict[str, Json] = field(default_factory=dict)
    triggers: dict[int, Json] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    pressure: Pressure = field(default_factory=lambda: Pressure(errors.too_many_requests))
    lock: Any = field(default_factory=threading.RLock)
    _number: int = 360_000_000_000
    _ticket_number: int = 0
    _now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def new_id(self) -> int:
        self._number += 7
        return self._number

    def tick(self) -> str:
        """Return the time; each change has a second of its own, in which Zendesk counts."""
        clock = datetime.now(UTC).replace(microsecond=0)
        self._now = max(clock, self._now + timedelta(seconds=1))
        return self._now.strftime("%Y-%m-%dT%H:%M:%SZ")

    # people

    def add_user(self, name: str, email: str | None, role: str = "end-user") -> Json:
        now, id_ = self.tick(), self.new_id()
        user = {
            "id": id_,
            "url": url(f"users/{id_}"),
            "name": name,
            "email": email,
            "role": role,
            "locale": "en-US",
            "locale_id": 1,
            "time_zone": "UTC",
            "verified": True,
            "active": True,
            "suspended": False,
            "created_at": now,
            "updated_at": now,
        }
        self.users[id_] = user
        return user

    def add_group(self, name: str) -> Json:
        now, id_ = self.tick(), self.new_id()
        shown = {"id": id_, "url": url(f"groups/{id_}"), "name": name, "deleted": False}
        self.groups[id_] = shown | {"created_at": now, "updated_at": now}
        return self.groups[id_]

    def user_of(self, email: str) -> Json | None:
        found = (u for u in self.users.values() if (u["email"] or "").lower() == email.lower())
        return next(found, None)

    # tickets

    def ticket(self, id_: int) -> Json:
        if id_ not in self.tickets:
            raise errors.not_found()
        return self.tickets[id_]

    def create(self, wanted: Json, actor: Json, channel: str = "api") -> Json:
        """Create a ticket with its first comment, which is also its description."""
        comment = wanted.get("comment") or {"body": wanted.get("description")}
        requester = self._requester(wanted, actor)
        self._ticket_number += 1
        id_, now = self._ticket_number, self.tick()
        ticket = _empty_ticket(id_, now, channel) | {
            "requester_id": requester["id"],
            "submitter_id": actor["id"],
            "subject": wanted.get("subject"),
            "raw_subject": wanted.get("subject"),
            "is_public": comment.get("public", True),
        }
        self._check({**ticket, **wanted}, wanted)
        ticket |= {key: wanted[key] for key in _SETTABLE if key in wanted}
        self.tickets[id_], self.comments[id_] = ticket, []
        author = self.users[comment.get("author_id") or requester["id"]]
        said = self._comment(ticket, comment, author, channel, now)
        ticket["description"] = said["plain_body"]
        self.changes.append(Change(dict(ticket), None, actor, said))
        return ticket

    def update(self, id_: int, wanted: Json, actor: Json, channel: str = "api") -> Json | None:
        """Change a ticket as the API does; returns the comment that came with it, if any."""
        ticket = self.ticket(id_)
        if wanted.get("safe_update") and wanted.get("updated_stamp") != ticket["updated_at"]:
            raise errors.update_conflict()
        if ticket["status"] == "closed":
            raise errors.invalid("status", "Status: closed prevents ticket update")
        wanted = self._resolved(wanted)
        self._check({**ticket, **wanted}, wanted)
        before, now = dict(ticket), self.tick()
        ticket |= {key: wanted[key] for key in _SETTABLE if key in wanted} | {"updated_at": now}
        ticket["tags"] = sorted(set(ticket["tags"]))
        if ticket["status"] == "new" and ticket["assignee_id"]:
            ticket["status"] = "open"
        said = None
        if wanted.get("comment"):
            author = self.users[wanted["comment"].get("author_id") or actor["id"]]
            said = self._comment(ticket, wanted["comment"], author, channel, now)
        self.changes.append(Change(dict(ticket), before, actor, said))
        return said

    def merge(self, target: int, sources: list[int], actor: Json) -> None:
        """Close the sources with a note that names the target, as Zendesk does."""
        for source in sources:
            words = f"This request was closed and merged into request #{target}."
            ticket = self.ticket(source)
            wanted = {
                "comment": {"body": words, "public": False},
                "tags": [*ticket["tags"], "closed_by_merge"],
            }
            self.update(source, wanted, actor)
            ticket["status"] = "closed"

    def rate(self, id_: int, score: str, comment: str | None, actor: Json) -> Json:
        """Take a customer's satisfaction rating; Zendesk only takes those of solved tickets."""
        ticket = self.ticket(id_)
        if ticket["status"] not in ("solved", "closed"):
            raise errors.invalid("base", "Ticket must be solved to be rated")
        before, now, rating_id = dict(ticket), self.tick(), self.new_id()
        rating = {
            "id": rating_id,
            "url": url(f"satisfaction_ratings/{rating_id}"),
            "score": score,
            "comment": comment,
            "ticket_id": id_,
            "requester_id": ticket["requester_id"],
            "assignee_id": ticket["assignee_id"],
            "group_id": ticket["group_id"],
            "created_at": now,
            "updated_at": now,
        }
        self.ratings[rating_id] = rating
        shown = {"id": rating_id, "score": score, "comment": comment, "reason": None}
        ticket |= {"satisfaction_rating": shown, "updated_at": now}
        self.changes.append(Change(dict(ticket), before, actor))
        return rating

    def _requester(self, wanted: Json, actor: Json) -> Json:
        asked = wanted.get("requester")
        if asked:
            found = self.user_of(asked.get("email", ""))
            return found or self.add_user(asked["name"], asked.get("email"))
        return self.users[wanted.get("requester_id") or actor["id"]]

    def _resolved(self, wanted: Json) -> Json:
        """Turn `assignee_email` into `assignee_id`."""
        if "assignee_email" not in wanted:
            return wanted
        user = self.user_of(wanted["assignee_email"])
        if user is None or user["role"] == "end-user":
            raise errors.invalid("assignee", "Assignee: is not an agent")
        return {**wanted, "assignee_id": user["id"]}

    def _check(self, ticket: Json, wanted: Json) -> None:
        if ticket["status"] not in STATUSES:
            raise errors.invalid("status", f"Status: {ticket['status']} is not valid")
        if ticket["priority"] not in (None, *PRIORITIES):
            raise errors.invalid("priority", f"Priority: {ticket['priority']} is not valid")
        if ticket["group_id"] is not None and ticket["group_id"] not in self.groups:
            raise errors.invalid("group", "Group: is invalid")
        if ticket["assignee_id"] is not None and ticket["assignee_id"] not in self.users:
            raise errors.invalid("assignee", "Assignee: is invalid")
        if ticket["status"] == "solved" and ticket["assignee_id"] is None:
            raise errors.invalid("assignee", "Assignee: is required when solving a ticket")
        comment = wanted.get("comment")
        if comment is not None:
            text = comment.get("html_body") or comment.get("body") or ""
            if not text.strip() and comment.get("channel") != "email":
                raise errors.invalid("comment", "Comment: cannot be blank")
            if len(text) > LONGEST_COMMENT and comment.get("channel") != "email":
                raise errors.invalid("comment", "Comment: is too long")

    def _comment(self, ticket: Json, wanted: Json, author: Json, channel: str, now: str) -> Json:
        text = wanted.get("body") or _text_of(wanted.get("html_body") or "")
        id_ = self.new_id()
        comment = {
            "id": id_,
            "type": "Comment",
            "author_id": author["id"],
            "body": text,
            "html_body": wanted.get("html_body") or f"<div class='zd-comment'>{text}</div>",
            "plain_body": wanted.get("plain_body") or text,
            "public": wanted.get("public", ticket["is_public"]),
            "attachments": [],
            "audit_id": self.new_id(),
            "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": now,
            "metadata": {"system": {}, "custom": {}},
        }
        self.comments[ticket["id"]].append(comment)
        return comment


def _text_of(html: str) -> str:
    """Return the words of an HTML message, roughly as Zendesk writes its `plain_body`."""
    text = html.replace("<br>", "\n").replace("</p>", "\n\n")
    while "<" in text and ">" in text[text.index("<") :]:
        start = text.index("<")
        text = text[:start] + text[text.index(">", start) + 1 :]
    return text.strip()


def _empty_ticket(id_: int, now: str, channel: str) -> Json:
    nothing: Json = dict.fromkeys(_UNSET)
    lists: Json = {key: [] for key in _LISTS}
    return {
        **nothing,
        **lists,
        "id": id_,
        "url": url(f"tickets/{id_}"),
        "status": "new",
        "via": {"channel": channel, "source": {"from": {}, "to": {}, "rel": None}},
        "has_incidents": False,
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
        "created_at": now,
        "updated_at": now,
        "generated_timestamp": int(time.time()),
    }
