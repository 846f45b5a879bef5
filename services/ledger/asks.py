"""Whether a customer asks the same question again, told by the words alone."""

import re
from collections.abc import Collection

from services.contracts import Ticket

# [^\S\n]: also the carriage return of texts whose lines end in CR LF
_QUOTED = re.compile(r"^[^\S\n]*>.*$|^(?:On|Am|Le|El|Il|Op|Em) .{0,200}:[^\S\n]*$", re.MULTILINE)
_SIGNATURE = re.compile(r"^--[^\S\n]*$.*", re.MULTILINE | re.DOTALL)
_COURTESIES = re.compile(
    r"\b(?:hello|hi|hey|dear|thanks?|thank you|please|regards|best|kind|cheers|sincerely|team|"
    r"re|fwd?|aw|wg|hallo|liebe[sr]?|danke|bitte|grüße|bonjour|merci|cordialement|hola|gracias|"
    r"saludos|ciao|grazie|saluti|good (?:morning|afternoon|evening|day))\b",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_LONGEST = 8_000

# PostgreSQL's own word stemmers, by the first part of a BCP 47 tag.
_DICTIONARIES = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}

_SAME_WORDS = 0.5
_MOSTLY_CONTAINED = 0.6
_FEWEST_CONTAINED = 3


def dictionary(ticket: Ticket) -> str:
    """Return the PostgreSQL text search configuration for the ticket's language."""
    tag = ticket.locale or ticket.requester.locale or "en"
    return _DICTIONARIES.get(re.split("[-_]", tag.lower())[0], "simple")


def asked(ticket: Ticket) -> str:
    """Return what the customer asks in this turn, without quotes, signature and courtesies.

    A follow-up keeps the ticket's subject, so only its body says what it asks.
    """
    is_follow_up = any(turn.author == "customer" for turn in ticket.thread)
    text = ticket.body if is_follow_up else f"{ticket.subject}\n{ticket.body}"
    text = _SIGNATURE.sub("", _QUOTED.sub("", text[:_LONGEST]))
    return _UNSPACED.sub(_in_pairs, _COURTESIES.sub(" ", text))


def _in_pairs(match: re.Match[str]) -> str:
    """Languages written without spaces: each two neighbouring characters count as a word."""
    text = match.group()
    return " " + " ".join(text[i : i + 2] for i in range(len(text) - 1)) + " "


def same_ask(one: Collection[str], other: Collection[str]) -> bool:
    """Whether two sets of stemmed words are the same question, asked shorter, longer or again."""
    left, right = set(one), set(other)
    shared = len(left & right)
    if not shared:
        return False
    if shared / len(left | right) >= _SAME_WORDS:
        return True
    fewest = min(len(left), len(right))
    return fewest >= _FEWEST_CONTAINED and shared / fewest >= _MOSTLY_CONTAINED
