"""The mailbox: folders, searches, moves. One connection per call."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from services.contracts.mail import MailFolder
from services.mail.errors import MailboxAway
from services.mail.headers import is_message_id
from services.mail.settings import MailSettings, Security
from services.mail.tokens import Tokens

logger = structlog.get_logger(__name__)

_TITLES = {
    MailFolder.TAKEN: "Taken in",
    MailFolder.ANSWERED: "Answered",
    MailFolder.AGENTS: "For agents",
    MailFolder.AUTOMATIC: "Automatic",
}
_SENDING = "Sending"
_SENT = b"\\Sent"
_NEVER_SEARCHED = {b"\\Trash", b"\\Junk", b"\\Drafts", b"\\Noselect", b"\\NonExistent"}
_CHUNK = 20
_NO_ID = 'NOT HEADER MESSAGE-ID "<"'


@dataclass(frozen=True)
class Found:
    """One message where it lies; `raw` may be cut short."""

    folder: str
    uid: int
    received: datetime
    size: int
    raw: bytes


@contextmanager
def open_mailbox(settings: MailSettings, tokens: Tokens) -> Iterator["Mailbox"]:
    """Log in; raises `MailboxAway` where the server is away or the log-in is wrong."""
    try:
        client = _connect(settings, tokens)
        try:
            yield Mailbox(client, settings)
        finally:
            _leave(client)
    except LoginError as error:
        raise MailboxAway("The IMAP server does not accept the log-in (MAIL_USERNAME).") from error
    except (IMAPClientError, OSError) as error:
        logger.warning("mailbox_away", error=type(error).__name__)
        raise MailboxAway(f"The IMAP server does not answer ({type(error).__name__}).") from error


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Return a context that trusts the system's authorities and that of the settings."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _connect(settings: MailSettings, tokens: Tokens) -> IMAPClient:
    if not settings.is_used:
        raise MailboxAway("No mailbox is set: MAIL_IMAP_HOST is empty.")
    secure = settings.imap_security is Security.TLS
    context = trust(settings.ca_file)
    client = IMAPClient(
        settings.imap_host,
        settings.imap_port,
        ssl=secure,
        ssl_context=context if secure else None,
        timeout=settings.timeout_seconds,
    )
    try:
        _let_in(client, settings, context, tokens)
    except BaseException:
        with suppress(OSError):
            client.shutdown()
        raise
    return client


def _let_in(
    client: IMAPClient, settings: MailSettings, context: ssl.SSLContext, tokens: Tokens
) -> None:
    client.normalise_times = False
    # short questions, short answers: waiting for more to send costs 40 ms for each
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if settings.imap_security is Security.STARTTLS:
        client.starttls(context)
    if settings.oauth_token_url:
        client.oauth2_login(settings.username, tokens.current())
    else:
        client.login(settings.username, settings.password.get_secret_value())


def _leave(client: IMAPClient) -> None:
    try:
        client.logout()
    except (IMAPClientError, OSError):
        logger.debug("log_out_failed")


class Mailbox:
    """What the service does in the mailbox; all folders by their full names."""

    def __init__(self, client: IMAPClient, settings: MailSettings) -> None:
        self._client = client
        self._settings = settings
        self._listed = {
            str(name): set(flags) for flags, _, name in client.list_folders() if name is not None
        }
        self._prefix = self._folder_prefix()
        self.inbox = settings.inbox
        self.sent = settings.sent or client.find_special_folder(_SENT) or "Sent"

    def _folder_prefix(self) -> str:
        personal = self._client.namespace().personal if self._can("NAMESPACE") else None
        root, delimiter = personal[0] if personal else ("", "/")
        return f"{root or ''}{self._settings.folder}{delimiter or '/'}"

    def _can(self, capability: str) -> bool:
        return bool(self._client.has_capability(capability))

    def folder(self, folder: MailFolder) -> str:
        """Return the full name of one of our folders."""
        return f"{self._prefix}{_TITLES[folder]}"

    @property
    def sending(self) -> str:
        """The folder of replies that are being sent."""
        return f"{self._prefix}{_SENDING}"

    @property
    def ours(self) -> list[str]:
        """Where conversations lie, as long as nobody tidies up: inbox, our folders, sent mail."""
        return [self.inbox, *map(self.folder, MailFolder), self.sent]

    def elsewhere(self) -> list[str]:
        """Return the other folders in which agents may have put a conversation."""
        known = {*self.ours, self.sending}
        return [
            name
            for name, flags in self._listed.items()
            if name not in known and not flags & _NEVER_SEARCHED
        ]

    def has(self, folder: str) -> bool:
        """Tell whether a folder exists."""
        return folder in self._listed or folder.upper() == "INBOX"

    def make_folders(self) -> None:
        """Create what is missing of our folders and of the one for sent mail."""
        for name in [*map(self.folder, MailFolder), self.sending, self.sent]:
            if not self.has(name):
                self._client.create_folder(name)
                self._client.subscribe_folder(name)
                self._listed[name] = set()

    def search(self, folder: str, criteria: Sequence[Any] | str) -> list[int]:
        """Return the UIDs that match, ascending; none where there is no such folder."""
        if not self.has(folder):
            return []
        self._client.select_folder(folder)
        return sorted(self._client.search(criteria, "UTF-8" if _odd(criteria) else None))

    def fetch(self, folder: str, uids: Sequence[int], limit: int | None = None) -> Iterator[Found]:
        """Yield messages without marking them as read; only `limit` bytes of each, where given.

        Whole messages come one by one: twenty may hold more than the machine's memory does.
        """
        body = f"BODY.PEEK[]<0.{limit}>" if limit else "BODY.PEEK[]"
        at_once = _CHUNK if limit else 1
        for start in range(0, len(uids), at_once):
            # who takes what we yield may look into another folder meanwhile
            self._client.select_folder(folder)
            part = uids[start : start + at_once]
            answer = self._client.fetch(part, ["INTERNALDATE", "RFC822.SIZE", body])
            yield from [_found(folder, uid, answer[uid]) for uid in part if uid in answer]

    def sizes(self, folder: str, uids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
        """Return the size in bytes and the time of arrival of messages."""
        if not uids:
            return {}
        self._client.select_folder(folder)
        answer = self._client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return {
            uid: (int(data[b"RFC822.SIZE"]), _aware(data[b"INTERNALDATE"]))
            for uid, data in answer.items()
        }

    def move(self, folder: str, uids: Sequence[int], target: str) -> None:
        """Move messages; on servers that cannot, copy and delete them."""
        if not uids or folder == target:
            return
        self._client.select_folder(folder)
        if self._can("MOVE"):
            self._client.move(uids, target)
            return
        self._client.copy(uids, target)
        self.delete(folder, uids)

    def delete(self, folder: str, uids: Sequence[int]) -> None:
        """Delete messages for good: only copies of our own are."""
        self._client.select_folder(folder)
        self._client.delete_messages(uids)
        if self._can("UIDPLUS"):
            self._client.uid_expunge(uids)
        else:
            self._client.expunge()

    def flag(self, folder: str, uids: Sequence[int], *flags: bytes) -> None:
        """Set flags."""
        if uids:
            self._client.select_folder(folder)
            self._client.add_flags(uids, flags)

    def unread(self, folder: str, uids: Sequence[int]) -> None:
        """Mark as not read."""
        if uids:
            self._client.select_folder(folder)
            self._client.remove_flags(uids, [b"\\Seen"])

    def append(self, folder: str, raw: bytes, *flags: bytes) -> None:
        """Put a message of ours into a folder."""
        self._client.append(folder, raw, flags, datetime.now(UTC))

    def with_id(self, folder: str, message_id: str) -> list[int]:
        """Return the UIDs of the messages with this Message-ID."""
        # a part of one would find other messages, a line end in it begin another command
        if not is_message_id(message_id):
            return []
        if not message_id.isascii():
            return self.search(folder, ["HEADER", "MESSAGE-ID", message_id])
        return self.search(folder, f"HEADER MESSAGE-ID {_quoted(message_id)}")

    def without_id(self, folder: str) -> list[int]:
        """Return the UIDs of the messages with no Message-ID, or none in angle brackets."""
        return self.search(folder, _NO_ID)

    def about(self, folder: str, ids: Sequence[str]) -> list[int]:
        """Return the UIDs of the messages that are, or answer, one of these messages."""
        if not self.has(folder):
            return []
        self._client.select_folder(folder)
        asked = [id_ for id_ in ids if id_.isascii() and is_message_id(id_)]
        found = [self._client.search(_about(_quoted(id_))) for id_ in asked]
        return sorted({uid for uids in found for uid in uids})


def _about(id_: str) -> str:
    return f"OR HEADER MESSAGE-ID {id_} OR HEADER REFERENCES {id_} HEADER IN-REPLY-TO {id_}"


def _quoted(text: str) -> str:
    """As IMAP's quoted string (RFC 3501): IMAPClient leaves `{`, `(`, `%` and `*` bare."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _odd(criteria: Sequence[Any] | str) -> bool:
    return any(isinstance(part, str) and not part.isascii() for part in criteria)


def _found(folder: str, uid: int, data: dict[bytes, Any]) -> Found:
    raw = next(value for name, value in data.items() if name.startswith(b"BODY["))
    return Found(folder, uid, _aware(data[b"INTERNALDATE"]), int(data[b"RFC822.SIZE"]), raw)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
