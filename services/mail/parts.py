"""The words and the attachments of a message, part by part."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message

from services.contracts.mail import MailAttachment
from services.mail.headers import text_of
from services.mail.html_text import html_to_text

_MOST_ATTACHMENTS = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no one sees and JSON writes in six letters each."""
_WIDER = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
}
"""What programs write, where they say something narrower."""


@dataclass(frozen=True)
class Words:
    """The text of a message; `cut` where its HTML was read without what it quotes."""

    text: str
    cut: bool = False


def words_of(message: Message, *, with_quotes: bool) -> Words:
    """Return the text parts in their order; HTML only where there is no plain text beside it."""
    found = list(_words(message, with_quotes))
    text = "\n\n".join(words.text for words in found if words.text.strip())
    return Words(text, any(words.cut for words in found))


def attachments_of(message: Message) -> list[MailAttachment]:
    """Return what is attached, the pictures inside of the text included; of very many, how many."""
    hanging = [(place, part) for place, part in enumerate(_leaves(message), 1) if _hangs(part)]
    named = [_attachment(part, place) for place, part in hanging[:_MOST_ATTACHMENTS]]
    rest = [part for _, part in hanging[_MOST_ATTACHMENTS:]]
    return [*named, _more(rest)] if rest else named


def _words(part: Message, with_quotes: bool) -> Iterator[Words]:
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        yield from _best(part, with_quotes)
    elif part.is_multipart() and kind != "message/rfc822":
        for child in _children(part):
            yield from _words(child, with_quotes)
    elif kind == "text/plain" and not _hangs(part):
        yield Words(_decoded(part))
    elif kind == "text/html" and not _hangs(part):
        yield _html(part, with_quotes)


def _best(part: Message, with_quotes: bool) -> Iterator[Words]:
    """Yield the plain text of an alternative; where it is empty, the words of the richest other."""
    kinds = sorted(_children(part), key=lambda child: child.get_content_type() != "text/plain")
    for child in kinds:
        found = [words for words in _words(child, with_quotes) if words.text.strip()]
        if found:
            yield from found
            return


def _html(part: Message, with_quotes: bool) -> Words:
    html = _decoded(part)
    whole = html_to_text(html, with_quotes=True)
    if with_quotes:
        return Words(whole)
    own = html_to_text(html, with_quotes=False)
    return Words(own, cut=own != whole) if own else Words(whole)


def _decoded(part: Message) -> str:
    """Return a text part's text; an unknown or wrong charset costs single letters at most."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    declared = str(part.get_content_charset() or "utf-8").lower()
    for charset in (_WIDER.get(declared, declared), "utf-8"):
        try:
            return _tidy(raw.decode(charset))
        except (LookupError, UnicodeError):
            continue
    return _tidy(raw.decode("cp1252", "replace"))


def _tidy(text: str) -> str:
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode("utf-8")


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if isinstance(payload, list)
        else []
    )


def _leaves(part: Message) -> Iterator[Message]:
    if part.is_multipart() and part.get_content_type() != "message/rfc822":
        for child in _children(part):
            yield from _leaves(child)
    else:
        yield part


def _hangs(part: Message) -> bool:
    """Tell whether a part is attached and no text of the message."""
    if part.get_content_disposition() == "attachment" or _file_name(part):
        return True
    return part.get_content_maintype() not in (
        "text",
        "multipart",
    ) or part.get_content_type() not in (
        "text/plain",
        "text/html",
    )


def _file_name(part: Message) -> str:
    try:
        return text_of(part.get_filename() or "")
    except (LookupError, UnicodeError, ValueError):
        return "attachment"


def _attachment(part: Message, place: int) -> MailAttachment:
    kind = part.get_content_type()
    name = _file_name(part) or _invented(part, place)
    return MailAttachment(name=name[:200], type=kind[:100], bytes=_size(part))


def _more(parts: Sequence[Message]) -> MailAttachment:
    size = sum(_size(part) for part in parts)
    return MailAttachment(name=f"{len(parts)} more", type="multipart/mixed", bytes=size)


def _invented(part: Message, place: int) -> str:
    if part.get_content_type() == "message/rfc822":
        inner = _children(part)
        return f"{text_of(inner[0]['Subject']) or 'message'}.eml" if inner else "message.eml"
    return f"part {place} ({part.get_content_type()})"


def _size(part: Message) -> int:
    if part.get_content_type() == "message/rfc822":
        return len(bytes(part))
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else 0
