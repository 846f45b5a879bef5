"""A workspace of Intercom as the tests use it: people act, notifications leave, calls come in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

from fastapi import FastAPI

from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.bed.desk import Deformed, VendorDesk
from tests.helpdesks.intercom.standin.app import create_app
from tests.helpdesks.intercom.standin.articles import add_article
from tests.helpdesks.intercom.standin.hooks import Report, Subscription, due
from tests.helpdesks.intercom.standin.state import HOST, Account, Json
from tests.helpdesks.intercom.standin.text import as_html, as_plain_text

PUBLIC = ("comment", "open", "close")
TOPICS = {
    "customer_wrote": {"conversation.user.created", "conversation.user.replied"},
    "agent_solved": {"conversation.admin.closed"},
    "reopened": {"conversation.admin.opened"},
    "rated": {"conversation.rating.added"},
}
"""What docs/helpdesks/intercom.md has an administrator subscribe to, by what it reports."""


class Intercom(VendorDesk):
    """One workspace with its bot, two admins and two teams, and what people do in it."""

    source, name, host = "intercom", "Intercom", HOST
    look, reply = ("GET", "/conversations/{id}"), ("POST", "/conversations/{id}/reply")
    search, ask_who_we_are = ("POST", "/conversations/search"), ("GET", "/me")
    parts_of_articles: ClassVar = {("GET", "/articles"): set()}
    articles_not_read = "“Read the articles” failed (500)"
    looks, takes_in = "Look at the conversation", "Take in Intercom conversation"
    unknown_reports = (
        ({"topic": "conversation.exploded", "data": {"note": "very secret"}}, 200),
        ({"topic": "conversation.user.created", "data": {"item": {"id": "very secret"}}}, 422),
        ({"topic": "conversation.user.created"}, 422),
        ({"topic": 7}, 422),
        (["conversation.user.created"], 422),
    )
    asked_to_wait = None
    tries = 2
    lenient = False
    """Conversations no longer obey Intercom's description, as a test wants it."""
    ratings = ((1, 0.0), (5, 1.0), (2, 0.25), (3, 0.5), (4, 0.75))

    def __init__(self) -> None:
        super().__init__()
        self.account = Account()
        self.subscription: Subscription | None = None
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
        body: str = "Where is it?",
        subject: str | None = "Refund",
        email: str | None = "ana@example.com",
        html: str | None = None,
    ) -> str:
        """A customer starts a conversation; returns its id."""
        with self.account.lock:
            contact = self._contact(email)
            channel = "email" if subject else "conversation"
            html = as_html(body) if html is None else html
            id_: str = self.account.start(contact, html, subject or "", channel)["id"]
        self.changed()
        return id_

    def customer_replies(self, id_: str, body: str) -> None:
        """The customer writes again, which opens what was closed."""
        with self.account.lock:
            contact = self.account.conversation(id_)["contacts"]["contacts"][0]
            self.account.reply(id_, self.account.contacts[contact["id"]], "comment", as_html(body))
        self.changed()

    def agent_writes(
        self, id_: str, body: str, *, public: bool = True, solve: bool = False
    ) -> None:
        """Maya answers or takes a note; closing is an act of its own, as in the inbox."""
        with self.account.lock:
            kind = "comment" if public else "note"
            self.account.reply(id_, self.maya, kind, as_html(body))
        self.changed()
        if solve:
            self.agent_solves(id_)

    def agent_asks_back(self, id_: str, body: str) -> None:
        self.agent_writes(id_, body)

    def says_besides(self, id_: str) -> None:
        """Let Intercom's own bot say a word."""
        self.operator_says(id_, "We answer from 9 to 5.")

    def agent_solves(self, id_: str) -> None:
        self.agent_does(id_, message_type="close")

    def agent_opens(self, id_: str) -> None:
        self.agent_does(id_, message_type="open")

    def agent_marks(self, id_: str) -> None:
        with self.account.lock:
            self.account.conversation(id_)["priority"] = "priority"
            self.account.tags.setdefault("1", {"type": "tag", "id": "1", "name": "vip"})
            self.account.tag(id_, "1", self.maya)

    def customer_attaches(self, id_: str, name: str, size: int) -> None:
        [*_, newest] = [self.conversation(id_)["source"], *self.parts(id_)]
        file = {"type": "upload", "name": name, "url": "https://downloads.intercomcdn.com/1"}
        picture = {"content_type": "image/jpeg", "filesize": size, "width": 100, "height": 100}
        newest["attachments"].append(file | picture)

    def somebody_deletes(self, id_: str) -> None:
        self.account.conversations.pop(id_)

    def meanwhile(self) -> dict[str, Callable[[str], object]]:
        snooze = {"message_type": "snoozed", "snoozed_until": 1}
        return super().meanwhile() | {
            "snoozed": lambda id_: self.agent_does(id_, **snooze),
            "answered by an agent of theirs": lambda id_: self.operator_says(id_, "Hi.", ai=True),
        }

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
        said = [p for p in self.parts(id_) if p["part_type"] in PUBLIC and p["body"]]
        return [as_plain_text(part["body"]) for part in said]

    def notes(self, id_: str) -> list[str]:
        found = [part for part in self.parts(id_) if part["part_type"] == "note"]
        return [as_plain_text(part["body"]) for part in found]

    def by_bot(self, id_: str) -> list[Json]:
        there = self.parts(id_) if id_ in self.account.conversations else []
        mine = [part for part in there if part["author"]["id"] == self.bot["id"]]
        return [part for part in mine if part["part_type"] in ("comment", "note")]

    def posted_as(self, id_: str) -> Json:
        return {"comment_id": self.by_bot(id_)[0]["id"], "found": True, "left_undone": False}

    def tags(self, id_: str) -> list[str]:
        return sorted(tag["name"] for tag in self.conversation(id_)["tags"]["tags"])

    def group(self, id_: str) -> Any:
        team = self.conversation(id_)["team_assignee_id"]
        return str(team) if team else None

    def is_solved(self, id_: str) -> bool:
        return bool(self.conversation(id_)["state"] == "closed")

    def is_urgent(self, id_: str) -> bool:
        return "deskloop_urgent" in self.tags(id_)

    def priority(self, id_: str) -> Any:
        return self.conversation(id_)["priority"]

    def known_as(self, id_: str) -> Json:
        conversation = self.conversation(id_)
        customers = [p["id"] for p in self.parts(id_) if p["author"]["type"] == "user"]
        metadata = {
            "url": f"https://app.intercom.com/a/apps/_/conversations/{id_}",
            "comment_id": ([conversation["source"]["id"], *customers])[-1],
            "channel": "email",
            "priority": conversation["priority"],
            "attachments": [],
        }
        return {"name": "Ana", "locale": None, "metadata": metadata}

    # trouble

    def deformed(self) -> dict[str, Deformed]:
        def set_to(at: str, **value: object) -> Callable[[str], object]:
            def act(id_: str) -> None:
                self.lenient = True
                conversation = self.conversation(id_)
                (conversation[at] if at else conversation).update(value)

            return act

        body, words = ("conversation", "source", "body"), {"text": "My secret words", "as": "plain"}
        return {
            "no value": Deformed(set_to("source", body=None), body, "null"),
            "another type": Deformed(
                set_to("source", body=words), body, dict.fromkeys(words, "string")
            ),
            "another date": Deformed(
                set_to("", created_at="yesterday"), ("conversation", "created_at"), "string"
            ),
            **self.empty_lists(),
        }

    def empty_lists(self) -> dict[str, Deformed]:
        answered = self.empty_list(self.look, "conversation")

        def act(id_: str) -> None:
            self.lenient = True
            answered.act(id_)

        return {"a list for a conversation": replace(answered, act=act)}

    def reply_loses_its_form(self, id_: str) -> None:
        self.lenient = True
        [*_, newest] = [part for part in self.parts(id_) if part["part_type"] == "comment"]
        newest["body"] = 7

    def trouble(self) -> dict[str, Callable[[str], object]]:
        slow = {"seconds": 1.8, "after": True}
        return super().trouble() | {
            "the reply was refused": lambda id_: self.fail(self.reply, id_, 429),
            "the reply failed": lambda id_: self.fail(self.reply, id_, 503),
            "the reply arrived all the same": lambda id_: self.fail(
                self.reply, id_, 503, after=True
            ),
            "the reply arrived in silence": lambda id_: self.fail(self.reply, id_, None, **slow),
        }

    # articles

    def publishes_refunds(self) -> dict[str, dict[str, str]]:
        self.account.articles.clear()
        text, german_text = "<p>Five days. ä 🪴</p>", "<p>Fünf Tage.</p>"
        german = {
            **{"type": "article_content", "title": "Wie lange?", "body": german_text},
            **{"state": "published", "url": "https://help.acme.example/de/1"},
            **{"description": "", "author_id": 1, "created_at": 1, "updated_at": 1_700_000_000},
        }
        french = german | {"title": "Combien ?", "state": "draft"}
        content = {"type": "article_translated_content", "de": german, "fr": french}
        add_article(self.account, "Not yet", "<p>Draft</p>", state="draft")
        add_article(self.account, "Empty", None)
        refunds = add_article(self.account, "How long?", text, translated_content=content)
        id_, url = f"intercom-{refunds['id']}", refunds["url"]
        return {
            id_: {"locale": "en", "title": "How long?", "text": text, "url": url},
            f"{id_}-de": {
                "locale": "de",
                "title": "Wie lange?",
                "text": german_text,
                "url": german["url"],
            },
        }

    def publishes_many(self, count: int) -> None:
        for number in range(count):
            add_article(self.account, f"Number {number}", "<p>Text</p>")

    # notifications

    def app(self) -> FastAPI:
        return create_app(self.account, self.owner, self.changed)

    def due(self) -> list[Delivery]:
        happened, self.account.happened = self.account.happened, []
        return [delivery for each in happened for delivery in due(self.subscription, each)]

    def reports(self, event: str) -> list[Delivery]:
        return [d for d in self.deliveries if isinstance(d, Report) and d.topic in TOPICS[event]]

    def reply_is_not_confirmed(self, id_: str) -> None:
        """Let the reply arrive without an answer, and nobody look at the conversation after."""
        self.fail(self.reply, id_, 504, after=True)
        self.fail(self.look, id_, 500, times=3, skip=2)
        self.fail(self.reply, id_, 500, times=2)

    @property
    def broken_rules(self) -> list[str]:
        """Return the calls and answers that do not obey Intercom's description."""
        return [] if self.lenient else list(self.account.faults)

    def reset(self) -> None:
        super().reset()
        self.lenient = False
        self.account.faults.clear()
