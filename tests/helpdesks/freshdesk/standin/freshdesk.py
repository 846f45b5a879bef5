"""acme.freshdesk.com as the tests use it: people act, rules fire, workflows call the API."""

from collections.abc import Callable
from html import escape
from typing import Any, ClassVar

from fastapi import FastAPI

from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.bed.desk import Deformed, VendorDesk
from tests.helpdesks.freshdesk.standin.app import create_app
from tests.helpdesks.freshdesk.standin.hooks import due
from tests.helpdesks.freshdesk.standin.solutions import (
    AGENTS,
    DRAFT,
    add_article,
    add_category,
    add_folder,
    translate,
)
from tests.helpdesks.freshdesk.standin.state import (
    BOT_EMAIL,
    CLOSED,
    HIGH,
    HOST,
    OPEN,
    PENDING,
    RESOLVED,
    SURVEY,
    URGENT,
    Account,
    Json,
)


def html_of(text: str) -> str:
    """Return plain text as the HTML that Freshdesk keeps."""
    return "<div>" + escape(text).replace("\n", "<br>") + "</div>"


class Freshdesk(VendorDesk):
    """One account with its bot, an agent and two groups, and what people do in it."""

    source, name, host = "freshdesk", "Freshdesk", HOST
    look, reply = ("GET", "/tickets/{id}"), ("POST", "/tickets/{id}/reply")
    search, ask_who_we_are = ("GET", "/tickets"), ("GET", "/agents/me")
    parts_of_articles: ClassVar = {("GET", "/articles/de"): {"en"}}
    articles_not_read = "“Read its articles” failed (500)"
    looks, takes_in = "Look at the ticket", "Take in Freshdesk ticket"
    many = 230
    unknown_reports = (
        ({"event": "ticket.exploded", "ticket_id": "1", "note": "very secret"}, 422),
        ({"event": "customer_wrote", "ticket_id": "{{ticket.id}}"}, 422),
        ({"event": "customer_wrote"}, 422),
        ({"freshdesk_webhook": {"ticket_id": 1}}, 422),
        (["customer_wrote"], 422),
    )
    odd_texts: ClassVar = {
        "markup in the subject": ("<b>Refund</b>", "Line\tand tab\t."),
        "only a subject": ("Where is my order?", "\u00a0"),
    }
    ratings = ((-103, 0.0), (103, 1.0), (100, 0.5), (101, 0.67), (-101, 0.33))

    def __init__(self) -> None:
        super().__init__()
        self.account = Account()
        self.bot = self.account.add_agent("Deskloop", BOT_EMAIL)
        self.maya = self.account.add_agent("Maya Lind", "maya@acme.example")
        self.account.admins.add(self.bot["id"])
        self.support = self.account.add_group("Support")
        self.billing = self.account.add_group("Billing")

    # what people do

    def customer_asks(
        self,
        body: str = "Where is it?",
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
        self, id_: int, body: str, *, public: bool = True, solve: bool = False
    ) -> None:
        """Maya answers or takes a note; answering assigns the ticket to her."""
        with self.account.lock:
            self.account.say(id_, html_of(body), self.maya["id"], private=not public)
            wanted: Json = {"responder_id": self.maya["id"]} if public else {}
            wanted |= {"status": RESOLVED} if solve else {}
            if wanted:
                self.account.update(id_, wanted)
        self.changed()

    def agent_sets(self, id_: int, **wanted: object) -> None:
        """Maya changes fields of a ticket without a word."""
        with self.account.lock:
            self.account.update(id_, wanted)
        self.changed()

    def agent_asks_back(self, id_: int, body: str) -> None:
        self.agent_writes(id_, body)
        self.agent_sets(id_, status=PENDING)

    def says_besides(self, id_: int) -> None:
        """Let the customer answer the survey, which Freshdesk puts among the messages."""
        self.customer_rates(id_, 103, "Great!")

    def agent_solves(self, id_: int) -> None:
        self.agent_sets(id_, status=RESOLVED)

    def agent_opens(self, id_: int) -> None:
        self.agent_sets(id_, status=OPEN)

    def agent_marks(self, id_: int) -> None:
        self.agent_sets(id_, priority=URGENT, tags=["vip"])

    def customer_attaches(self, id_: int, name: str, size: int) -> None:
        file = {"name": name, "size": size, "content_type": "image/jpeg"}
        [*_, newest] = [self.ticket(id_), *self.said(id_)]
        newest["attachments"].append(file)

    def somebody_deletes(self, id_: int) -> None:
        self.account.tickets.pop(id_)
        self.account.conversations.pop(id_)

    def meanwhile(self) -> dict[str, Callable[[int], object]]:
        return super().meanwhile() | {
            "merged": lambda id_: self.account.merge(1, [id_]),
            "in the bin": lambda id_: self.ticket(id_).update(deleted=True),
            "spam": lambda id_: self.ticket(id_).update(spam=True),
        }

    def customer_rates(self, id_: int, rating: int, remark: str | None = None) -> None:
        """The customer answers the survey: 103 is the best, -103 the worst."""
        with self.account.lock:
            self.account.rate(id_, rating, remark)
        self.changed()

    def leave_only(self, *ids: int) -> None:
        """Close all other tickets, so that no workflow finds them any more."""
        for id_, ticket in self.account.tickets.items():
            if id_ not in ids:
                ticket["status"] = CLOSED

    # what tests look at

    def ticket(self, id_: int) -> Json:
        return self.account.ticket(id_)

    def said(self, id_: int) -> list[Json]:
        """Return what was said after the description, surveys left out."""
        said: list[Json] = self.account.conversations.get(id_, [])
        return [c for c in said if c["source"] != SURVEY]

    def public(self, id_: int) -> list[str]:
        return [c["body_text"].strip() for c in self.said(id_) if not c["private"]]

    def notes(self, id_: int) -> list[str]:
        return [c["body_text"] for c in self.said(id_) if c["private"]]

    def by_bot(self, id_: int) -> list[Json]:
        return [c for c in self.said(id_) if c["user_id"] == self.bot["id"]]

    def posted_as(self, id_: int) -> Json:
        return {"comment_id": self.by_bot(id_)[0]["id"], "found": True}

    def tags(self, id_: int) -> list[str]:
        return sorted(self.ticket(id_)["tags"])

    def group(self, id_: int) -> Any:
        return self.ticket(id_)["group_id"]

    def is_solved(self, id_: int) -> bool:
        return bool(self.ticket(id_)["status"] == RESOLVED)

    def is_urgent(self, id_: int) -> bool:
        return bool(self.ticket(id_)["priority"] == HIGH)

    def priority(self, id_: int) -> Any:
        return self.ticket(id_)["priority"]

    def known_as(self, id_: int) -> Json:
        by_customer = [c["id"] for c in self.said(id_) if c["incoming"]]
        metadata = {
            "url": f"https://acme.freshdesk.com/a/tickets/{id_}",
            "comment_id": [0, *by_customer][-1],
            "channel": "email",
            "priority": self.ticket(id_)["priority"],
            "attachments": [],
        }
        return {"name": "ana", "locale": None, "metadata": metadata}

    # trouble

    def deformed(self) -> dict[str, Deformed]:
        def set_to(**value: object) -> Callable[[int], object]:
            return lambda id_: self.ticket(id_).update(value)

        def answers_in_numbers(id_: int) -> None:
            self.customer_replies(id_, "My secret words")
            self.said(id_)[0]["body_text"] = 7

        text, words = ("ticket", "description_text"), {"text": "My secret words", "format": "plain"}
        return {
            "no value": Deformed(set_to(description_text=None), text, "null"),
            "another type": Deformed(
                set_to(description_text=words), text, dict.fromkeys(words, "string")
            ),
            "another date": Deformed(
                set_to(created_at="yesterday"), ("ticket", "created_at"), "string"
            ),
            "an answer of another type": Deformed(
                answers_in_numbers, ("conversation", 0, "body_text"), "number"
            ),
            **self.empty_lists(),
        }

    def reply_loses_its_form(self, id_: int) -> None:
        self.said(id_)[-1]["body_text"] = 7

    def trouble(self) -> dict[str, Callable[[int], object]]:
        change, slow = ("PUT", "/tickets/{id}"), {"seconds": 1.7, "after": True}
        return super().trouble() | {
            "too many replies": lambda id_: self.fail(self.reply, id_, 429),
            "not resolved at first": lambda id_: self.fail(change, id_, 503, times=2),
            "the reply arrived all the same": lambda id_: self.fail(
                self.reply, id_, 504, after=True
            ),
            "the reply arrived in silence": lambda id_: self.fail(self.reply, id_, None, **slow),
        }

    # articles

    def publishes_refunds(self) -> dict[str, dict[str, str]]:
        account = self.account
        for rows in (account.categories, account.folders, account.articles, account.translations):
            rows.clear()
        category = add_category(account, "Billing")["id"]
        add_category(account, "Nothing in it")
        self.public_folder = add_folder(account, category, "Refunds")["id"]
        inside = add_folder(account, category, "For us", AGENTS)["id"]
        add_article(account, self.public_folder, "Not yet", "<p>Draft</p>", DRAFT)
        add_article(account, inside, "Secret", "<p>Only for us.</p>")
        refunds = add_article(account, self.public_folder, "How long?", "<p>Five days. ä 🪴</p>")
        translate(account, refunds["id"], "de", "Wie lange?", "<p>Fünf Tage.</p>")
        return {
            f"freshdesk-{refunds['id']}-{locale}": {
                "locale": locale,
                "title": title,
                "text": text,
                "url": f"https://{HOST}{path}/support/solutions/articles/{refunds['id']}",
            }
            for locale, path, title, text in (
                ("en", "", "How long?", "<p>Five days. ä 🪴</p>"),
                ("de", "/de", "Wie lange?", "<p>Fünf Tage.</p>"),
            )
        }

    def publishes_many(self, count: int) -> None:
        for number in range(count):
            add_article(self.account, self.public_folder, f"Number {number}", "<p>Text</p>")

    # webhooks

    def app(self) -> FastAPI:
        return create_app(self.account, self.changed)

    def due(self) -> list[Delivery]:
        changes, self.account.changes = self.account.changes, []
        return [delivery for change in changes for delivery in due(self.account, change)]

    def reply_is_not_confirmed(self, id_: int) -> None:
        """Let the reply arrive without an answer, and nobody read the conversation for a while."""
        self.fail(self.reply, id_, 504, after=True)
        self.fail(("GET", "/tickets/{id}/conversations"), id_, times=9, skip=2)
        self.fail(("POST", "/tickets/{id}/notes"), id_, times=9)
