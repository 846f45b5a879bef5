"""acme.zendesk.com as the tests use it: people act, triggers fire, workflows call the API."""

from collections.abc import Callable
from typing import Any, ClassVar

from fastapi import FastAPI

from tests.helpdesks.bed.delivery import Delivery
from tests.helpdesks.bed.desk import Deformed, VendorDesk
from tests.helpdesks.zendesk.standin.app import create_app
from tests.helpdesks.zendesk.standin.guide import add_article
from tests.helpdesks.zendesk.standin.hooks import due
from tests.helpdesks.zendesk.standin.state import BOT_EMAIL, HOST, Account, Json


class Zendesk(VendorDesk):
    """One account with its bot, two agents and two groups, and what people do in it."""

    source, name, host = "zendesk", "Zendesk", HOST
    look, reply = ("GET", "/tickets/{id}"), ("PUT", "/tickets/{id}")
    search, ask_who_we_are = ("GET", "/search"), ("GET", "/users/me")
    parts_of_articles: ClassVar = {
        ("GET", "/de/articles"): {"en-us"},
        ("GET", "/en-us/articles"): {"de"},
    }
    articles_not_read = "The help centre: “Read the articles” failed (500)."
    looks, takes_in = "Look at the ticket", "Receive Zendesk ticket"
    unknown_reports = (
        ({"event": "ticket.exploded", "ticket_id": "1", "note": "very secret"}, 422),
        ({"event": "customer_wrote", "ticket_id": "{{ticket.id}}"}, 422),
        ({"event": "customer_wrote"}, 422),
        (["customer_wrote"], 422),
    )
    odd_texts: ClassVar = {
        "markup in the subject": ("<b>Refund</b>", "Line\r\nand line\t."),
        "only a subject": ("Where is my order?", "\u00a0"),
    }
    ratings = (("bad", 0.0), ("good", 1.0))

    def __init__(self) -> None:
        super().__init__()
        self.account: Account = Account()
        self.bot = self.account.add_user("Deskloop", BOT_EMAIL, "admin")
        self.maya = self.account.add_user("Maya Lind", "maya@acme.example", "agent")
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
            customer = self._customer(email)
            said = {"body": body, "channel": "email"} | ({"html_body": html} if html else {})
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
        self, id_: int, body: str, *, public: bool = True, solve: bool = False
    ) -> None:
        """Maya answers or takes a note; solving assigns the ticket to her."""
        with self.account.lock:
            wanted: Json = {"comment": {"body": body, "public": public}}
            wanted |= {"assignee_id": self.maya["id"]} if public else {}
            wanted |= {"status": "solved"} if solve else {}
            self.account.update(id_, wanted, self.maya, "web")
        self.changed()

    def agent_sets(self, id_: int, **wanted: object) -> None:
        """Maya changes fields of a ticket without a word."""
        with self.account.lock:
            self.account.update(id_, wanted, self.maya, "web")
        self.changed()

    def agent_asks_back(self, id_: int, body: str) -> None:
        self.agent_writes(id_, body)
        self.agent_sets(id_, status="pending")

    def agent_solves(self, id_: int) -> None:
        self.agent_sets(id_, status="solved", assignee_id=self.maya["id"])

    def agent_opens(self, id_: int) -> None:
        self.agent_sets(id_, status="open")

    def agent_marks(self, id_: int) -> None:
        self.agent_sets(id_, priority="urgent", tags=["vip"])

    def customer_attaches(self, id_: int, name: str, size: int) -> None:
        file = {"file_name": name, "size": size, "content_type": "image/jpeg"}
        self.said(id_)[-1]["attachments"].append(file)

    def somebody_deletes(self, id_: int) -> None:
        self.account.tickets.pop(id_)
        self.account.comments.pop(id_)

    def meanwhile(self) -> dict[str, Callable[[int], object]]:
        return super().meanwhile() | {
            "answered and solved": lambda id_: self.agent_writes(id_, "Done.", solve=True),
            "merged": lambda id_: self.account.merge(1, [id_], self.maya),
        }

    def customer_rates(self, id_: int, rating: str, remark: str | None = None) -> None:
        with self.account.lock:
            ticket = self.account.ticket(id_)
            customer = self.account.users[ticket["requester_id"]]
            self.account.rate(id_, rating, remark, customer)
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

    def said(self, id_: int) -> list[Json]:
        """Return the comments of a ticket, the first of which is its description."""
        return self.account.comments.get(id_, [])

    def public(self, id_: int) -> list[str]:
        return [c["body"] for c in self.said(id_)[1:] if c["public"]]

    def notes(self, id_: int) -> list[str]:
        return [c["body"] for c in self.said(id_) if not c["public"]]

    def by_bot(self, id_: int) -> list[Json]:
        return [c for c in self.said(id_) if c["author_id"] == self.bot["id"]]

    def posted_as(self, id_: int) -> Json:
        return {"comment_id": self.by_bot(id_)[0]["id"], "found": True}

    def tags(self, id_: int) -> list[str]:
        return sorted(self.ticket(id_)["tags"])

    def group(self, id_: int) -> Any:
        return self.ticket(id_)["group_id"]

    def is_solved(self, id_: int) -> bool:
        return bool(self.ticket(id_)["status"] == "solved")

    def is_urgent(self, id_: int) -> bool:
        return bool(self.ticket(id_)["priority"] == "high")

    def priority(self, id_: int) -> Any:
        return self.ticket(id_)["priority"]

    def known_as(self, id_: int) -> Json:
        by_customer = [c for c in self.said(id_) if c["author_id"] != self.maya["id"]]
        metadata = {
            "url": f"https://acme.zendesk.com/agent/tickets/{id_}",
            "comment_id": by_customer[-1]["id"],
            "channel": "email",
            "priority": self.ticket(id_)["priority"],
            "attachments": [],
        }
        return {"name": "ana@example.com", "locale": "en-US", "metadata": metadata}

    # trouble

    def refuses_the_reply(self, id_: int) -> None:
        """Let all three tries fail: a safe update may be tried again."""
        self.fail(self.reply, id_, 403, times=3)

    def deformed(self) -> dict[str, Deformed]:
        def body(value: object) -> Callable[[int], object]:
            return lambda id_: self.said(id_)[0].update(plain_body=value)

        first = ("comments", 0, "plain_body")
        words = {"text": "My secret words", "format": "plain"}
        when = ("ticket", "ticket", "created_at")
        return {
            "no value": Deformed(body(None), first, "null"),
            "another type": Deformed(body(words), first, dict.fromkeys(words, "string")),
            "another date": Deformed(
                lambda id_: self.ticket(id_).update(created_at="yesterday"), when, "string"
            ),
            **self.empty_lists(),
        }

    def empty_lists(self) -> dict[str, Deformed]:
        conversation = self.empty_list(("GET", "/tickets/{id}/comments"), "comments")
        return {**super().empty_lists(), "a list for a conversation": conversation}

    def reply_loses_its_form(self, id_: int) -> None:
        self.said(id_)[-1]["plain_body"] = 7

    def trouble(self) -> dict[str, Callable[[int], object]]:
        return super().trouble() | {
            "refused the reply at first": lambda id_: self.fail(self.reply, id_, 503, times=2)
        }

    # articles

    def publishes_refunds(self) -> dict[str, dict[str, str]]:
        account = self.account
        account.articles.clear()
        add_article(account, "Not yet", "<p>Draft</p>", draft=True)
        add_article(account, "Secret", "<p>For some.</p>")["user_segment_id"] = 7
        english = add_article(account, "How long?", "<p>Five days. ä 🪴</p>")
        german = add_article(account, "Wie lange?", "<p>Fünf Tage.</p>", "de")
        return {
            f"zendesk-{a['id']}-{a['locale']}": {
                "locale": a["locale"],
                "title": a["title"],
                "text": a["body"],
                "url": a["html_url"],
            }
            for a in (english, german)
        }

    def publishes_many(self, count: int) -> None:
        for number in range(count):
            add_article(self.account, f"Number {number}", "<p>Text</p>")

    # webhooks

    def app(self) -> FastAPI:
        return create_app(self.account, self.changed)

    def due(self) -> list[Delivery]:
        changes, self.account.changes = self.account.changes, []
        return [delivery for change in changes for delivery in due(self.account, change)]

    def reply_is_not_confirmed(self, id_: int) -> None:
        self.fail(self.reply, id_, 504, after=True)
