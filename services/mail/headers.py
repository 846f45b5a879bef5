"""Headers of a message as text, whatever their writer did to them."""

import re
from collections.abc import Sequence
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from services.contracts.mail import MailAddress

_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,900}>")
_LONGEST = 998
_MOST_READ = 10_000
"""Of a header: encoded words take quadratic time."""
_LONGEST_LIST = 65_536
_MOST_REFERENCES = 100


def all_headers(message: Message) -> dict[str, list[str]]:
    """Return all values by name in lower case, in their order."""
    found: dict[str, list[str]] = {}
    # as they stand: `items` has a question mark for each byte that is no ASCII
    for name, value in message.raw_items():
        found.setdefault(name.lower(), []).append(clean(str(value)))
    return found


def text_of(value: object) -> str:
    """Return a header's value with its encoded words read, also where their charset is wrong."""
    raw = clean(str(value or ""))[:_MOST_READ]
    # how `decode_header` hands on what stands beside encoded words
    beside = "ascii" if raw.isascii() else "raw-unicode-escape"
    try:
        read = "".join(
            part if isinstance(part, str) else _decoded(part, charset or beside)
            for part, charset in decode_header(raw)
        )
    except (HeaderParseError, ValueError):
        read = raw
    return clean(" ".join(read.split()))


def _decoded(part: bytes, charset: str) -> str:
    try:
        return part.decode(charset)
    except (LookupError, UnicodeError):
        return part.decode("cp1252", "replace")


def clean(text: str) -> str:
    """Return `text` as valid Unicode without NUL; bytes that were no ASCII are read as UTF-8."""
    if text.isascii():
        return text.replace("\x00", "")
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeError:
        raw = text.encode("utf-8", "replace")
    return raw.decode("utf-8", "replace").replace("\x00", "")


def is_message_id(text: str) -> bool:
    """Tell whether `text` is a Message-ID, as `message_ids` finds them, and nothing else."""
    return bool(_MESSAGE_ID.fullmatch(text))


def message_ids(values: Sequence[str]) -> list[str]:
    """Return the Message-IDs of In-Reply-To or References, each once."""
    found = [id_ for value in values for id_ in _MESSAGE_ID.findall(value[:65_536])]
    return list(dict.fromkeys(found))[-_MOST_REFERENCES:]


def addresses_of(values: Sequence[str]) -> list[MailAddress]:
    """Return all mailboxes of headers, each once."""
    found: dict[str, MailAddress] = {}
    for name, email in _mailboxes(", ".join(values)[:_LONGEST_LIST]):
        if _is_address(email):
            address = MailAddress(email=email[:320], name=text_of(name)[:200] or None)
            found.setdefault(email.lower(), address)
    return list(found.values())


def address_of(value: str) -> MailAddress | None:
    """Return the first mailbox of a header; None where there is none."""
    for name, email in _mailboxes(value[:_LONGEST]):
        if _is_address(email):
            return MailAddress(email=email[:320], name=text_of(name)[:200] or None)
    return None


def _mailboxes(values: str) -> list[tuple[str, str]]:
    """Return names and addresses; none where comments or groups lie in each other without end."""
    try:
        return getaddresses([values])
    except RecursionError:
        return []


def _is_address(email: str) -> bool:
    return "@" in email and not re.search(r"[\s<>,;]", email)
