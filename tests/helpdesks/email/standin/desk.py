"""A mailbox as a helpdesk: what people do in it and what tests look at, as in any other."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from services.common.settings import CommonSettings
from services.mail.main import create_app
from services.mail.settings import MailSettings
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.desk import Desk
from tests.helpdesks.bed.n8n import TOKEN
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import serving
from tests.helpdesks.bed.system import System, run_workflow
from tests.helpdesks.bed.vendors import MAIL_URL
from tests.helpdesks.email.standin.inbox import Inbox, body
from tests.helpdesks.email.standin.servers import MailServers, running_mail_servers


def ticket_of(message_id: str) -> str:
    """Return the ticket that a conversation makes which begins with this message."""
    return f"email:{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def take_in(system: System) -> None:
    """Let the workflow read the mailbox once."""
    done = run_workflow(system, "receive-email-ticket", "Every half minute")
    assert done["status"] == "success", done.get("data", {}).get("resultData", {}).get("error")


class Mailbox(Desk):
    """A mailbox, read whenever a customer wrote; a ticket is named by its first message."""

    source, name = "email", "E-mail"
    not_posted: ClassVar = {"step": "Look at the mailbox again", "error": "503"}

    def __init__(self, servers: MailServers) -> None:
        super().__init__()
        self.inbox, self.servers = Inbox(servers), servers
        self.system: System | None = None

    def ticket_id(self, id_: str) -> str:
        return ticket_of(id_)

    # what people do

    def customer_asks(self, body: str = "Where is it?", subject: str = "Refund") -> str:
        id_ = self.inbox.customer_writes(body, subject)
        if not self.held:
            self._take_in()
        return id_

    def customer_replies(self, id_: str, body: str) -> None:
        """Ana writes again; the mailbox is read soon after, as by the clock."""
        ids = {"In-Reply-To": id_, "References": id_}
        self.inbox.customer_writes(body, "Re: Refund", **ids)
        if not self.held:
            self.soon(self._take_in)

    def agent_writes(
        self, id_: str, body: str, *, public: bool = True, solve: bool = False
    ) -> None:
        assert public, "agents take no notes in a mailbox"
        self.inbox.agent_answers(id_, body)

    def meanwhile(self) -> dict[str, Callable[[str], object]]:
        return {"answered": lambda id_: self.agent_writes(id_, "I have it.")}

    # what tests look at

    def public(self, id_: str) -> list[str]:
        ours = self._about(id_, self.servers.post.taken)
        known = {m["Message-ID"] for m in ours}
        by_agents = [m for m in self.inbox.messages("Sent") if m["Message-ID"] not in known]
        return [body(m) for m in (*self._about(id_, by_agents), *ours)]

    def notes(self, id_: str) -> list[str]:
        return [body(m) for m in self._notes(id_)]

    def by_bot(self, id_: str) -> list[Message]:
        return [*self._about(id_, self.servers.post.taken), *self._notes(id_)]

    def lies_with(self, id_: str, group: str) -> bool:
        elsewhere = (*self.inbox.ids("INBOX"), *self.inbox.ids("Taken in"))
        return id_ in self.inbox.ids("For agents") and id_ not in elsewhere

    def posted_as(self, id_: str) -> dict[str, Any]:
        [answer] = self._about(id_, self.servers.post.taken)
        return {"message_id": answer["Message-ID"], "found": True}

    def _notes(self, id_: str) -> list[Message]:
        there = self._about(id_, self.inbox.messages("For agents"))
        return [m for m in there if "ana@example.com" not in str(m["From"])]

    @staticmethod
    def _about(id_: str, messages: list[Message]) -> list[Message]:
        return [m for m in messages if id_ in f"{m['In-Reply-To']} {m['References']}"]

    # trouble

    def trouble(self) -> dict[str, Callable[[str], object]]:
        answers = self.servers.post.answers
        return {"the SMTP server is busy": lambda _: answers.extend(["451 later", "421 busy"])}

    def reply_is_not_confirmed(self, id_: str) -> None:
        self.servers.post.answers.append(None)

    def goes_away(self) -> None:
        self.servers.pause()

    def comes_back(self) -> None:
        self.servers.resume()

    def release(self) -> None:
        super().release()
        self._take_in()

    def reset(self) -> None:
        self.settle()
        self.held = False
        self.comes_back()
        self.inbox.clear()

    def _take_in(self) -> None:
        assert self.system is not None
        take_in(self.system)


@contextmanager
def running_mailbox(authority: Authority, proxy: Proxy) -> Iterator[Mailbox]:
    """Serve a mailbox, and the mail service that reads it."""
    with running_mail_servers(authority) as servers:
        settings = MailSettings.model_validate(servers.settings(timeout_seconds=2))
        app = create_app(settings, CommonSettings(token=SecretStr(TOKEN)))
        with serving(app, port=urlsplit(MAIL_URL).port or 0):
            yield Mailbox(servers)


def connect(mailbox: Mailbox, system: System) -> None:
    """n8n knows the mail service, as docs/helpdesks/email.md has it."""
    system.n8n.set(mail_url=MAIL_URL)
    mailbox.system = system
