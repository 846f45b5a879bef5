"""What a workspace of Intercom holds, and the rules by which it changes."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from tests.helpdesks.bed.pressure import Pressure
from tests.helpdesks.intercom.standin import errors
from tests.helpdesks.intercom.standin.text import as_html

Json = dict[str, Any]

HOST = "api.intercom.io"
ACCESS_TOKEN = "an-access-token-of-the-tests"
APP_ID = "k3x9acme"
CUSTOMERS = ("user", "lead", "contact")


@dataclass
class Happening:
    """Something that may be notified: the topic, and the object as it was just then."""

    topic: str
    item: Json


def _pressure() -> Pressure:
    return Pressure(errors.too_many_requests, errors.LIMIT, errors.WINDOW_SECONDS)


@dataclass
class Account:
    """Admins, teams, contacts, conversations, tags, articles; everything in Intercom's form."""

    admins: dict[str, Json] = field(default_factory=dict)
    teams: dict[str, Json] = field(default_factory=dict)
    contacts: dict[str, Json] = field(default_factory=dict)
    conversations: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, Json] = field(default_factory=dict)
    articles: dict[str, Json] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    pressure: Pressure = field(default_factory=_pressure)
    faults: list[str] = field(default_factory=list)
    """Calls and answers that do not obey Intercom's API description."""
    lock: Any = field(default_factory=threading.RLock)
    _number: int = 215_470_000_000
    _now: int = field(default_factory=lambda: int(time.time()) - 1)

    def new_id(self) -> str:
        self._number += 13
        return str(self._number)

    def tick(self) -> int:
        """Return the time in seconds, in which Intercom counts; several changes may share one."""
        self._now = max(self._now, int(time.time()))
        return self._now

    # people

    def add_admin(self, name: str, email: str) -> Json:
        id_ = str(5_000_000 + len(self.admins) + 1)
        self.admins[id_] = {
            "type": "admin",
            "id": id_,
            "name": name,
            "email": email,
            "job_title": "Support",
            "away_mode_enabled": False,
            "away_mode_reassign": False,
            "has_inbox_seat": True,
            "team_ids": [],
        }
        return self.admins[id_]

    def add_team(self, name: str) -> Json:
        id_ = str(7_000_000 + len(self.teams) + 1)
        self.teams[id_] = {"type": "team", "id": id_, "name": name, "admin_ids": []}
        return self.teams[id_]

    def add_contact(self, name: str | None, email: str | None) -> Json:
        id_, now = f"{len(self.contacts) + 1:024x}", self.tick()
        self.contacts[id_] = {
            "type": "contact",
            "id": id_,
            "external_id": None,
            "workspace_id": APP_ID,
            "role": "user" if email else "lead",
            "email": email or "",
            "name": name,
            "phone": None,
            "language_override": None,
            "browser_language": "en",
            "created_at": now,
            "updated_at": now,
        }
        return self.contacts[id_]

    def admin(self, id_: Any) -> Json:
        if str(id_) not in self.admins:
            raise errors.not_found("Admin")
        return self.admins[str(id_)]

    # conversations

    def conversation(self, id_: Any) -> Json:
        if str(id_) not in self.conversations:
            raise errors.not_found("Conversation")
        return self.conversations[str(id_)]

    def start(self, contact: Json, html: str, subject: str, channel: str) -> Json:
        """A contact writes first."""
        id_, now = self.new_id(), self.tick()
        source = {
            "type": channel,
            "id": self.new_id(),
            "delivered_as": "customer_initiated",
            "subject": subject,
            "body": html,
            "author": author_of(contact),
            "attachments": [],
            "url": None,
            "redacted": False,
        }
        contacts = [{"type": "contact", "id": contact["id"], "external_id": None}]
        self.conversations[id_] = _new(id_, now) | {
            "source": source,
            "contacts": {"type": "contact.list", "contacts": contacts},
            "first_contact_reply": {"created_at": now, "type": channel, "url": None},
        }
        self.tell("conversation.user.created", self.conversations[id_], [])
        return self.conversations[id_]

    def reply(self, id_: Any, actor: Json, kind: str, html: str | None) -> Json:
        """Somebody writes a comment or a note; a contact's comment opens what was closed."""
        conversation = self.conversation(id_)
        by_contact = actor["type"] in CUSTOMERS
        was_open, part_type = conversation["state"] == "open", kind
        if kind == "comment" and by_contact:
            conversation |= {"waiting_since": self.tick(), "open": True, "state": "open"}
            part_type = "comment" if was_open else "open"
        elif kind == "comment":
            conversation["waiting_since"] = None
        part = self.add_part(conversation, actor, part_type, html)
        who = "user" if by_contact else "admin"
        what = "noted" if kind == "note" else "replied"
        self.tell(f"conversation.{who}.{what}", conversation, [part])
        return part

    def manage(self, id_: Any, actor: Json, wanted: Json) -> Json:
        """Close, open, snooze or assign."""
        conversation, kind = self.conversation(id_), wanted["message_type"]
        if kind == "assignment":
            return self._assign(conversation, actor, wanted)
        word = {"close": "closed", "open": "opened", "snoozed": "snoozed"}[kind]
        state = {"close": "closed", "open": "open", "snoozed": "snoozed"}[kind]
        conversation |= {"state": state, "open": state != "closed", "snoozed_until": None}
        if kind == "close":
            conversation["waiting_since"] = None
        conversation["snoozed_until"] = wanted.get("snoozed_until")
        body = wanted.get("body")
        part = self.add_part(conversation, actor, kind, as_html(body) if body else None)
        self.tell(f"conversation.admin.{word}", conversation, [part])
        return part

    def _assign(self, conversation: Json, actor: Json, wanted: Json) -> Json:
        """Assign; what a team gets stays with its admin until somebody takes it from them."""
        to, kind = str(wanted["assignee_id"]), wanted["type"]
        known = self.admins if kind == "admin" else self.teams
        if to != "0" and to not in known:
            raise errors.not_found("Assignee")
        conversation[f"{kind}_assignee_id"] = int(to) if to != "0" else None
        part = self.add_part(conversation, actor, "assignment", None)
        part["assigned_to"] = {"type": kind, "id": to} if to != "0" else {"type": "nobody_admin"}
        self.tell("conversation.admin.assigned", conversation, [part])
        return part

    def rate(self, id_: Any, rating: int, remark: str | None) -> None:
        """The contact clicks one of the five faces, or another one later."""
        conversation, now = self.conversation(id_), self.tick()
        before = conversation["conversation_rating"] or {"created_at": now}
        conversation["conversation_rating"] = {
            "rating": rating,
            "remark": remark or "",
            "created_at": before["created_at"],
            "updated_at": now,
            "contact": conversation["contacts"]["contacts"][0],
            "teammate": {"type": "admin", "id": str(conversation["admin_assignee_id"] or 0)},
        }
        self.tell("conversation.rating.added", conversation, [])

    def tag(self, id_: Any, tag_id: str, admin: Json) -> Json:
        conversation = self.conversation(id_)
        if tag_id not in self.tags:
            raise errors.not_found("Tag")
        applied = {"applied_at": self.tick(), "applied_by": {"type": "admin", "id": admin["id"]}}
        tags = conversation["tags"]["tags"]
        if all(tag["id"] != tag_id for tag in tags):
            tags.append(self.tags[tag_id] | applied)
        return self.tags[tag_id] | applied

    def add_part(self, conversation: Json, actor: Json, part_type: str, html: str | None) -> Json:
        now = self.tick()
        part = {
            "type": "conversation_part",
            "id": self.new_id(),
            "part_type": part_type,
            "body": html,
            "created_at": now,
            "updated_at": now,
            "notified_at": now,
            "assigned_to": None,
            "author": author_of(actor),
            "attachments": [],
            "external_id": None,
            "redacted": False,
            "metadata": {},
            "email_message_metadata": None,
            "app_package_code": None,
        }
        held = conversation["conversation_parts"]
        held["conversation_parts"].append(part)
        held["total_count"] = len(held["conversation_parts"])
        conversation["updated_at"] = now
        return part

    def tell(self, topic: str, conversation: Json, parts: list[Json]) -> None:
        """Remember a happening; a notification carries the newest part only, as Intercom's."""
        told = {"type": "conversation_part.list", "conversation_parts": list(parts)}
        told["total_count"] = len(parts)
        self.happened.append(Happening(topic, conversation | {"conversation_parts": told}))


def author_of(person: Json) -> Json:
    """Return who wrote; a lead who left no address has none here either."""
    kind = person.get("role") or person["type"]
    author = {"type": kind, "id": person["id"], "name": person["name"]}
    return author | ({"email": person["email"]} if person["email"] else {})


def _new(id_: str, now: int) -> Json:
    return {
        "type": "conversation",
        "id": id_,
        "title": None,
        "created_at": now,
        "updated_at": now,
        "waiting_since": now,
        "snoozed_until": None,
        "open": True,
        "state": "open",
        "read": False,
        "priority": "not_priority",
        "admin_assignee_id": None,
        "team_assignee_id": None,
        "tags": {"type": "tag.list", "tags": []},
        "conversation_rating": None,
        "teammates": None,
        "custom_attributes": {},
        "sla_applied": None,
        "statistics": None,
        "conversation_parts": {
            "type": "conversation_part.list",
            "conversation_parts": [],
            "total_count": 0,
        },
        "linked_objects": {"type": "list", "data": [], "total_count": 0, "has_more": False},
        "ai_agent_participated": False,
        "ai_agent": None,
    }
