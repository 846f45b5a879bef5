"""Keys, passwords and links that let somebody in, as customers paste them."""

import re
from collections.abc import Iterator

from services.common.redaction.spans import Span

_SECRETS = (
    re.compile(
        r"\b(?:sk|pk|rk|whsec|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abeoprs]|shpat|shpss"
        r"|npm|pypi|hf|key"
        r"|dop_v1|SG|EAAC)[-_.](?=[-\w]*\d)[-\w.]{15,}"
    ),
    re.compile(r"\b(?:AKIA|ASIA|AIza|ya29\.)[-\w]{16,}"),
    re.compile(r"\beyJ[-\w]{8,}\.[-\w]{8,}\.[-\w]*"),
    re.compile(r"(?i)(?<=\bbearer )[A-Z0-9._~+/-]{16,}=*"),
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    ),
)

_STATED = re.compile(
    r"(?i)\b(?:pass ?(?:word|code|phrase)|passwort|kennwort|mot de passe|contraseña|senha|pwd"
    r"|(?:api|access|secret|private|client)[ _-]?(?:key|token|secret)|secret|auth[ _-]?token"
    r"|pin(?: code)?"
    r"|cvv2?|cvc2?|security code|otp|(?:login|verification|one[- ]time) code)"
    r"(?P<said>\s{0,3}(?::|=|->)\s{0,3}|\s{1,3}(?:is|was|ist|war|est|es|é|lautet)\s{0,2}:?\s{1,3})"
    r"(?P<quote>[\"'`«„“]?)(?P<value>[^\s\"'`»“”<>]{3,128})"
)
"""`password: hunter2`, `my API key is abc…`."""

_URL = re.compile(
    r"(?:https?|ftps?|sftp|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?)://[^\s<>\"']{1,2000}"
)
_CREDENTIAL_PART = re.compile(
    r"(?i)[?&#;](?:[a-z_-]*(?:token|secret|signature|password)|api[_-]?key|key|sig|code|auth"
    r"|otp|sid"
    r"|session(?:id)?|x-amz-[a-z-]+)=[^&\s]{3,}"
    r"|//[^/\s@]+:[^/\s@]+@"
    r"|/(?:reset|confirm|verify|activate|magic|invite|token)[a-z_-]*/(?=[-\w]*\d)[-\w]{16,}"
)


def find_credentials(text: str) -> Iterator[Span]:
    """Keys by their known shapes, what is called a password or key, and links that carry one."""
    for pattern in _SECRETS:
        for match in pattern.finditer(text):
            yield Span("SECRET", match.start(), match.end(), 0.97)
    for match in _STATED.finditer(text):
        value = match["value"].rstrip(".,;:!?)")
        if _looks_secret(value, stated=match["said"].strip() in {":", "=", "->"} or match["quote"]):
            start = match.start("value")
            yield Span("SECRET", start, start + len(value), 0.95)
    if "://" in text:
        yield from _links(text)


def _looks_secret(value: str, *, stated: object) -> bool:
    # "My password is wrong" names no password; one with a digit or a sign inside is one.
    odd = any(not letter.isalpha() for letter in value.strip("-'’"))
    mixed = value[1:] != value[1:].lower() and not value.isupper()
    return len(value) >= 3 and (odd or mixed or (bool(stated) and len(value) >= 6))


def _links(text: str) -> Iterator[Span]:
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?)")
        if _CREDENTIAL_PART.search(url):
            yield Span("URL", match.start(), match.start() + len(url), 1.0)
