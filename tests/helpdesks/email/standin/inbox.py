"""Customers and agents at one mailbox: they write, answer, and look what became of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

from tests.helpdesks.email.standin.servers import USER, MailServers

OURS = ("Taken in", "Answered", "For agents", "Automatic", "Sending")
CUSTOMER = "Ana Ruiz <ana@example.com>"


class Inbox:
    """What people do with the mailbox, with any mail program."""

    def __init__(self, servers: MailServers) -> None:
        self.servers = servers

    def clear(self) -> None:
        """Empty every folder and forget what was sent."""
        self.servers.post.taken.clear()
        self.servers.post.recipients.clear()
        self.servers.post.answers.clear()
        with self.servers.mailbox() as client:
            for flags, _, name in client.list_folders():
                if b"\\Noselect" in flags:
                    continue
                client.select_folder(name)
                client.delete_messages(client.search())
                client.expunge()

    def deliver(self, message: EmailMessage | bytes, hours_ago: float = 0) -> None:
        """Put a message into the inbox as the mail server does."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        self.keep("INBOX", raw, hours_ago)

    def keep(self, folder: str, raw: bytes, hours_ago: float = 0) -> None:
        with self.servers.mailbox() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, (), datetime.now(UTC) - timedelta(hours=hours_ago))

    def customer_writes(self, text: str, subject: str = "My order", **headers: str) -> str:
        """Deliver a new message; returns its Message-ID."""
        message = written(text, subject, **headers)
        self.deliver(message)
        return str(message["Message-ID"])

    def customer_answers(self, answered: Message, text: str, **headers: str) -> str:
        """Deliver an answer to a message of ours, as mail programs write it."""
        quoted = "\n".join(f"> {line}" for line in body(answered).splitlines())
        ids = f"{answered['References'] or ''} {answered['Message-ID']}".split()
        return self.customer_writes(
            f"{text}\n\nOn Mon, 3 Nov 2026 at 10:12, Larkspur <{USER}>\nwrote:\n\n{quoted}\n",
            "Re: My order",
            **{"In-Reply-To": str(answered["Message-ID"]), "References": " ".join(ids), **headers},
        )

    def agent_answers(self, message_id: str, text: str, name: str = "Maya") -> str:
        """Lay an agent's answer into the folder of sent mail."""
        message = written(
            text,
            "Re: My order",
            **{"From": f"{name} <{USER}>", "To": CUSTOMER},
            **{"In-Reply-To": message_id, "References": message_id},
        )
        self.keep("Sent", message.as_bytes())
        return str(message["Message-ID"])

    def messages(self, folder: str) -> list[Message]:
        """Return what lies in a folder, ours by its last name."""
        return [message_from_bytes(raw) for raw, _ in self._fetched(folder)]

    def flags(self, folder: str) -> list[set[bytes]]:
        return [flags for _, flags in self._fetched(folder)]

    def _fetched(self, folder: str) -> list[tuple[bytes, set[bytes]]]:
        with self.servers.mailbox() as client:
            name = f"Deskloop/{folder}" if folder in OURS else folder
            if not client.folder_exists(name):
                return []
            client.select_folder(name, readonly=True)
            answer: Any = client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS"])
            return [(d[b"BODY[]"], set(d[b"FLAGS"])) for _, d in sorted(answer.items())]

    def ids(self, folder: str) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages(folder)]

    def sent(self) -> list[Message]:
        """Return what the SMTP server took."""
        return self.servers.post.taken

    def answer_to(self, message_id: str) -> list[Message]:
        """Return what was sent in answer to a message."""
        return [m for m in self.sent() if m["In-Reply-To"] == message_id]

    @contextmanager
    def away(self) -> Iterator[None]:
        """The IMAP server is stopped, and goes on afterwards where it was."""
        self.servers.pause()
        try:
            yield
        finally:
            self.servers.resume()


def written(text: str, subject: str = "My order", **headers: str) -> EmailMessage:
    """Return a plain message of a customer; headers by their names."""
    message = EmailMessage()
    wanted = {
        "From": CUSTOMER,
        "To": USER,
        "Subject": subject,
        "Date": format_datetime(datetime.now(UTC)),
        "Message-ID": f"<{uuid4().hex}@mail.example.com>",
    }
    for name, value in (wanted | headers).items():
        if value:
            message[name] = value
    message.set_content(text)
    return message


def body(message: Message) -> str:
    """Return the plain text of a message as its reader sees it."""
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    payload = plain.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode("utf-8").replace("\r\n", "\n").strip()
