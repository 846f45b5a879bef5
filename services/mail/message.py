"""A raw message as `MailMessage`."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

import structlog

from services.contracts.mail import MailAddress, MailAttachment, MailMessage
from services.mail.automatic import automatic_reason
from services.mail.headers import address_of, addresses_of, all_headers, message_ids, text_of
from services.mail.parts import attachments_of, words_of
from services.mail.quotes import own_words

_ANSWER = re.compile(
    r"\s*(re|aw|sv|antw?|odp|vá|回复|답장|返信)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE
)
NOBODY = MailAddress(email="")
_UNREAD = "(This message could not be read: open it in the mailbox.)"
_HEAD_BYTES = 1_000_000
NO_ID = "@deskloop.invalid>"
"""How the id ends that we give to a message without one."""
_MOST_TEXT = 400_000
_MOST_BOUNDARIES = 20_000
_MOST_COPIES = 20
_WAY_TO_US = ("delivered-to", "x-original-to", "envelope-to", "list-post")
"""Headers that name an alias or a group by which a message came to our mailbox."""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Reader:
    """Reads messages for the mailbox `own`; see `automatic_reason` for the lists."""

    own: str
    own_lists: tuple[str, ...] = ()

    def read(self, raw: bytes, at: datetime | None = None) -> MailMessage:
        """Return what a message says; never fails, whatever the bytes are.

        `at` is when it was received; without it the message's own date counts.
        """
        try:
            if raw.count(b"\n--") > _MOST_BOUNDARIES:
                raise ValueError("too many parts")
            return self._read(message_from_bytes(raw), raw, at)
        except Exception as error:
            # one message that nobody can take apart must not keep all others waiting: parts within
            # parts, some hundreds deep, are such a one; so are a million parts side by side
            logger.warning("mail_not_taken_apart", error=type(error).__name__)
            head = BytesHeaderParser().parsebytes(raw[:_HEAD_BYTES])
            return self._read(head, raw, at, taken_apart=False)

    def _read(
        self, message: Message, raw: bytes, at: datetime | None, *, taken_apart: bool = True
    ) -> MailMessage:
        headers = all_headers(message)
        sender = _address(headers.get("from", [])) or NOBODY
        reply_to = _address(headers.get("reply-to", [])) or sender
        references = _references(headers)
        subject = text_of(_first(headers, "subject"))[:1000]
        if taken_apart:
            is_reply = bool(references) or is_answer(subject)
            text, shortened = _text(message, subject, is_reply=is_reply)
            attachments = attachments_of(message)
        else:
            text, shortened = _UNREAD, True
            attachments = [
                MailAttachment(name="message.eml", type="message/rfc822", bytes=len(raw))
            ]
        return MailMessage(
            message_id=message_id_of(headers, raw),
            references=references,
            sender=sender,
            reply_to=reply_to,
            copies=_copies(headers, {self.own, sender.email, reply_to.email}),
            subject=subject,
            at=at or _date(_first(headers, "date")),
            text=text,
            shortened=shortened,
            attachments=attachments,
            automatic=automatic_reason(
                headers, sender.email, reply_to.email, self.own, self.own_lists
            ),
        )


def is_answer(subject: str) -> bool:
    """Tell whether a subject says that the message answers another."""
    return bool(_ANSWER.match(subject))


def has_message_id(raw: bytes) -> bool:
    """Tell whether a message, or its beginning, names an id by which a server can find it."""
    head = all_headers(BytesHeaderParser().parsebytes(raw[:_HEAD_BYTES]))
    return bool(message_ids(head.get("message-id", [])))


def message_id_of(headers: dict[str, list[str]], raw: bytes) -> str:
    """Return the Message-ID; one made from the content where there is none."""
    found = message_ids(headers.get("message-id", []))
    digest = hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()[:32]
    return found[0] if found else f"<without-id-{digest}{NO_ID}"


def _references(headers: dict[str, list[str]]) -> list[str]:
    before = message_ids(headers.get("references", []))
    answered = message_ids(headers.get("in-reply-to", []))[:1]
    return [id_ for id_ in before if id_ not in answered] + answered


def _text(message: Message, subject: str, *, is_reply: bool) -> tuple[str, bool]:
    words = words_of(message, with_quotes=not is_reply)
    own = own_words(words.text, subject, is_reply=is_reply)
    return own.text[:_MOST_TEXT], own.shortened or words.cut or len(own.text) > _MOST_TEXT


def _address(values: Sequence[str]) -> MailAddress | None:
    return next((found for value in values if (found := address_of(value))), None)


def _first(headers: dict[str, list[str]], name: str) -> str:
    return headers.get(name, [""])[0]


def _date(value: str) -> datetime:
    try:
        moment = parsedate_to_datetime(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return datetime.now(UTC)


def _copies(headers: dict[str, list[str]], known: set[str]) -> list[MailAddress]:
    """Return who else is addressed; nobody where that is a crowd, which is no conversation."""
    found = addresses_of([*headers.get("to", []), *headers.get("cc", [])])
    ways = [value.replace("mailto:", "") for name in _WAY_TO_US for value in headers.get(name, [])]
    ours = {email.lower() for email in [*known, *(each.email for each in addresses_of(ways))]}
    others = [each for each in found if each.email.lower() not in ours]
    return others if len(others) <= _MOST_COPIES else []
