"""The messages we write: replies to customers, and notes beside what they wrote."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from services.contracts.mail import MailAddress, MailMessage
from services.mail.html_reply import as_html

_REPLY, _NOTE = "deskloop", "deskloop-note"
_REFERENCES_KEPT = 20
_NOT_ENCODED = ("In-Reply-To", "References")
_ENCODED = "=?"
"""How an encoded word begins: in a Message-ID it would be read as one, and written as another."""


def wire(message: EmailMessage) -> bytes:
    """Return a message as bytes; long Message-IDs stay in one piece, which folding would spoil."""
    odd = any(not str(message[name] or "").isascii() for name in _NOT_ENCODED)
    addressed = [*message["To"].addresses, *(message["Cc"].addresses if message["Cc"] else ())]
    odd = odd or any(not each.addr_spec.isascii() for each in addressed)
    return message.as_bytes(policy=SMTP.clone(max_line_length=900, utf8=odd))


@dataclass(frozen=True)
class Writer:
    """Writes in the name of `address`."""

    address: str
    name: str

    def reply_id(self, answers: str) -> str:
        """Return the Message-ID of our reply to a message: always the same, so there is one."""
        return self._id(_REPLY, answers)

    def note_id(self, key: str) -> str:
        """Return the Message-ID of the note with this key: always the same."""
        return self._id(_NOTE, key)

    def is_reply(self, message_id: str) -> bool:
        """Tell whether a message of our Sent folder was written by Deskloop."""
        return message_id.startswith(f"<{_REPLY}.") and message_id.endswith(f"@{self._domain}>")

    def is_note(self, message_id: str) -> bool:
        """Tell whether a message is one of our notes."""
        return message_id.startswith(f"<{_NOTE}.") and message_id.endswith(f"@{self._domain}>")

    def reply(
        self,
        answered: MailMessage,
        text: str,
        *,
        automatic: bool,
        copies: Sequence[MailAddress] = (),
    ) -> EmailMessage:
        """Return the reply to a customer's message, threaded below it: as text, and as HTML."""
        message = self._answer(self.reply_id(answered.message_id), answered, text)
        message.add_alternative(as_html(text), subtype="html", cte="quoted-printable")
        if copies:
            message["Cc"] = ", ".join(_mailbox(each.email, each.name or "") for each in copies)
        message["To"] = _mailbox(answered.reply_to.email, answered.reply_to.name or "")
        message["Subject"] = _subject("Re: ", answered.subject)
        if automatic:
            message["Auto-Submitted"] = "auto-replied"
        message["X-Auto-Response-Suppress"] = "All"
        return message

    def note(self, key: str, answered: MailMessage, text: str, *, urgent: bool) -> EmailMessage:
        """Return a note that stays in the mailbox, threaded below the customer's message."""
        message = self._answer(self.note_id(key), answered, text)
        message["To"] = _mailbox(self.address, self.name)
        message["Subject"] = _subject("Deskloop: ", answered.subject)
        message["Auto-Submitted"] = "auto-generated"
        if urgent:
            message["Importance"] = "high"
            message["X-Priority"] = "1"
        return message

    def _answer(self, message_id: str, answered: MailMessage, text: str) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = _mailbox(self.address, self.name)
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = message_id
        thread = [*answered.references, answered.message_id]
        thread = [each for each in thread if _ENCODED not in each]
        if _ENCODED not in answered.message_id:
            message["In-Reply-To"] = answered.message_id
        message["References"] = " ".join(thread[:1] + thread[1:][-_REFERENCES_KEPT:])
        message.set_content(text, cte="quoted-printable")
        return message

    def _id(self, kind: str, key: str) -> str:
        digest = hashlib.sha256(key.encode()).hexdigest()[:40]
        return f"<{kind}.{digest}@{self._domain}>"

    @property
    def _domain(self) -> str:
        return self.address.rpartition("@")[2].lower()


def _mailbox(email: str, name: str) -> str:
    """Return a header's value for an address that mail servers know, proper or not.

    `Address` refuses some that are in use: two dots in a row, letters beyond ASCII.
    """
    return (
        formataddr((" ".join(name.split()), email), charset="utf-8") if email.isascii() else email
    )


def _subject(prefix: str, subject: str) -> str:
    plain = " ".join(subject.split())
    if prefix == "Re: " and plain[:3].lower() == "re:":
        return plain[:250]
    return f"{prefix}{plain}"[:250]
