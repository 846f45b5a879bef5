"""Text as the rules read it: the customer's own new words, in one spelling."""

import re
import unicodedata

from services.contracts import Author, Ticket

_LINK = re.compile(r"\b(?:https?|ftp)://\S+|\bwww\.\S+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,5}+")
_DOMAIN = re.compile(
    r"\b[\w-]{1,63}+\.(?:[\w-]{1,63}\.){0,3}"
    r"(?:com|net|org|io|co|eu|de|at|ch|fr|es|pt|br|jp|kr|uk|shop|store|app|info|example)\b(?:/\S*)?",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]{0,500}>")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_QUOTED_LINE = re.compile(r"^[ \t]{0,8}(?:>|\|)")
_REPLY_HEADER = re.compile(
    r"^\s{0,8}(?:"
    r"on\b.{4,200}\bwrote:|am\b.{4,200}\bschrieb\b.{0,200}:|le\b.{4,200}\ba écrit\s?:|"
    r"el\b.{4,200}\bescribió:|em\b.{4,200}\bescreveu:|.{4,200}さん?は?書きました:|.{4,200}작성:|"
    r"-{2,}\s?(?:original message|forwarded message|ursprüngliche nachricht|"
    r"message d'origine|mensaje original|mensagem original)\s?-{0,20}|_{10,200}"
    r")\s{0,8}$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^--\s?$|^(?:sent from my|von meinem|envoyé de mon|enviado desde mi)\b", re.I
)

MAX_READ = 20_000
"""Characters of a conversation that are read; whoever writes more gets a human."""


def visible(text: str) -> str:
    """`text` without characters nobody sees (zero-width, bidirectional controls, tags)."""
    return _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """`text` for comparing words: no case, no Latin accents, one kind of apostrophe."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'")
    if plain.isascii():
        return plain.lower()
    decomposed = unicodedata.normalize("NFD", plain.casefold())
    kept = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", kept)


def without_links(text: str) -> str:
    """`text` without links, e-mail addresses and HTML tags, whose parts are not words."""
    for pattern in (_LINK, _EMAIL, _DOMAIN, _TAG):
        text = pattern.sub(" ", text)
    return text


def own_words(message: str) -> str:
    """What the author wrote now: no quoted earlier mail, no signature."""
    kept: list[str] = []
    for line in message.splitlines():
        if _SIGNATURE.match(line.strip()) or (len(line) < 500 and _REPLY_HEADER.match(line)):
            break
        if not _QUOTED_LINE.match(line):
            kept.append(line)
    return "\n".join(kept)


def readable(message: str) -> str:
    """The author's own words as the word lists are matched against them."""
    return without_links(visible(own_words(message)))


def customer_texts(ticket: Ticket) -> list[str]:
    """Everything the customer said in this conversation: what was once a legal case stays one."""
    earlier = [turn.body for turn in ticket.thread if turn.author is Author.CUSTOMER]
    left, texts = MAX_READ, []
    for text in (ticket.subject, ticket.body, *earlier):
        texts.append(readable(text[:left]))
        left -= min(left, len(text))
    return texts


def too_long_to_read(ticket: Ticket) -> bool:
    """Whether there is more than is read."""
    turns = sum(len(turn.body) + 2 for turn in ticket.thread)
    name = len(ticket.requester.name or "")
    return len(ticket.subject) + len(ticket.body) + turns + name + 6 > MAX_READ


def is_empty(ticket: Ticket) -> bool:
    """Whether the newest message holds no letter or digit of the customer's own."""
    return not any(c.isalnum() for c in visible(own_words(without_tags(ticket.body[:MAX_READ]))))


def without_tags(text: str) -> str:
    """`text` without HTML tags."""
    return _TAG.sub(" ", text)
