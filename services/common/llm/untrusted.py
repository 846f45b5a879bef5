"""Ticket text is data: it is marked off with a nonce and cannot pretend to be anything else."""

import re
import secrets
import string

_NONCE_LETTERS = 12
_HIDDEN = re.compile(
    "[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
"""Characters nobody sees: zero width, direction overrides, Unicode tags. Joiners are left."""

_CHAT_TOKEN = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>"
    r"|</?(?:system|assistant|user|human|instructions?|prompt|tool_(?:use|result)|ticket)"
    r"(?:[-_\s][^<>\n]{0,80})?/?>",
    re.IGNORECASE,
)
"""Role and turn markers of the known chat templates."""

_ROLE_LINE = re.compile(
    r"^(?P<start>[ \t#*>]*)(?P<role>system|assistant|human|user|developer)(?P<end>[ \t*]*):",
    re.IGNORECASE | re.MULTILINE,
)
"""`Assistant:` at the start of a line, as in a transcript of a chat."""


def new_nonce() -> str:
    """A fresh delimiter; letters only, so that redaction never takes it for a number."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(_NONCE_LETTERS))


def delimit(text: str, nonce: str, name: str = "ticket") -> str:
    """Wrap untrusted `text` as `<name-nonce>…</name-nonce>`.

    The nonce itself, invisible characters and the known role markers are taken out of the text, so
    that it can neither close its own delimiter nor speak as another role.
    """
    return f"<{name}-{nonce}>\n{_defanged(text, nonce)}\n</{name}-{nonce}>"


def _defanged(text: str, nonce: str) -> str:
    visible = _HIDDEN.sub("", text)
    plain = _CHAT_TOKEN.sub("[marker removed]", visible)
    quoted = _ROLE_LINE.sub(r"\g<start>\g<role>\g<end> -", plain)
    return quoted.replace(nonce, " ")  # a space, so that the rest cannot close up to it
