"""E-mail and net addresses, cards and social security numbers, by pattern and checksum."""

import ipaddress
import re
from collections.abc import Iterator

from services.common.redaction.context import is_our_number
from services.common.redaction.spans import Span

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'&*=!?^{|}~/#$-]{1,64}(?<!\.)"
    r"@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}(?<!-)"
)
_EMAIL_SPELLED = re.compile(
    r"(?i)\b[\w.+-]{1,64}\s?(?:\(at\)|\[at\])\s?(?:[\w-]{1,63}\s?(?:\.|\(dot\)"
    r"|\[dot\])\s?){1,5}[a-z]{2,24}\b"
)
_CARD = re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){11,18}(?![\w-]|[.,]\d)")
_CARD_WORD = re.compile(
    r"(?i)\b(?:card|visa|mastercard|amex|cc|karte|kreditkarte|carte|tarjeta|cartão)\b"
)
_IBAN_SMALL = re.compile(r"\b[a-z]{2}\d{2}(?=[a-z0-9]*\d)[a-z0-9]{11,30}\b")
_SSN = re.compile(r"(?<![\w-])\d{3}([- ])\d{2}\1\d{4}(?![\w-])")
_SSN_STATED = re.compile(
    r"(?i)\b(?:ssn|itin|social(?: security)?(?: number| no\.?| #)?)\b\W{0,3}(?:(?:is|was"
    r"|number|no)\b\W{0,3}){0,2}"
    r"(?P<value>\d{3}[- .]?\d{2}[- .]?\d{4})(?![\w-])"
)
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d|\w)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3}(?![\w:])"
)
_VERSION = re.compile(
    r"(?i)(?:\bv|version|firmware|release|build|update|app|software|fw)\W{0,3}(?:to |is |from )?$"
)


def find_numbers(text: str) -> Iterator[Span]:
    """E-mail addresses, cards, IBANs in small letters, US social security numbers, IP addresses."""
    yield from _emails(text)
    yield from _cards(text)
    yield from _small_ibans(text)
    yield from _ssns(text)
    yield from _ips(text)


def _emails(text: str) -> Iterator[Span]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            lead = len(match[0]) - len(match[0].lstrip("'/=?!*#$&{|}^~-."))
            yield Span("EMAIL", match.start() + lead, match.end(), 1.0)
    for match in _EMAIL_SPELLED.finditer(text):
        yield Span("EMAIL", match.start(), match.end(), 0.9)


def _cards(text: str) -> Iterator[Span]:
    for match in _CARD.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        called = bool(_CARD_WORD.search(before))
        if match[0][0] not in "23456" and not called:
            continue  # no issuer's number
        ours = is_our_number(text, match.start(), match.end()) and not called
        if _luhn(match[0]) and not ours:
            yield Span("CARD", match.start(), match.end(), 1.0)


def _luhn(number: str) -> bool:
    digits = [int(letter) for letter in reversed(number) if letter.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0 and len(set(digits)) > 1


def _small_ibans(text: str) -> Iterator[Span]:
    # Presidio finds those in capitals, with and without blanks.
    for match in _IBAN_SMALL.finditer(text):
        if int("".join(str(int(c, 36)) for c in match[0][4:] + match[0][:4])) % 97 == 1:
            yield Span("IBAN", match.start(), match.end(), 0.97)


def _ssns(text: str) -> Iterator[Span]:
    for match in _SSN.finditer(text):
        if not is_our_number(text, match.start(), match.end()):
            yield Span("SSN", match.start(), match.end(), 0.96)
    for match in _SSN_STATED.finditer(text):
        yield Span("SSN", match.start("value"), match.end("value"), 0.98)


def _ips(text: str) -> Iterator[Span]:
    for match in _IPV4.finditer(text):
        version = _VERSION.search(text[max(0, match.start() - 24) : match.start()])
        if _is_ip(match[0]) and not version:
            yield Span("IP", match.start(), match.end(), 0.95)
    if text.count(":") > 1:
        for match in _IPV6.finditer(text):
            value = match[0].rstrip(".")
            if _is_ip(value) and any(letter.isalnum() for letter in value):
                yield Span("IP", match.start(), match.start() + len(value), 0.95)


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
