"""Telephone numbers: international ones, ones in a known national form, and ones called so."""

import re
from collections.abc import Iterator

import phonenumbers

from services.common.redaction.context import is_our_number
from services.common.redaction.spans import Span

REGIONS = ("US", "GB", "DE", "FR", "ES", "PT", "IT", "NL", "PL", "JP", "KR", "IN", "AU", "BR")
"""Whose national forms are known; those of other countries are found where they are called so."""

_CANDIDATE = re.compile(
    r"(?<![\w$€£¥/@#=+-])(?<!\d[.,])(?<![$€£¥] )"
    r"(?:\+|00|\()?\d(?:[ \t\u00a0]?[().\-/\u2013]{0,2}[ \t\u00a0]?\d){5,17}"
    r"(?:[ ]?(?:x|ext\.?|extension)[ ]?\d{1,6})?(?![\w@%€£$]|[.,]\d| ?(?:€|EUR|USD|GBP)\b)"
)
_CALLED_BEFORE = re.compile(
    r"(?i)(?:\b(?:tele?phone|phone|tel|telefon\w*|handy\w*|mobil\w*|mobile|cell(?:phone)?|fax"
    r"|whatsapp|sms|call"
    r"(?:ed|ing)?(?: me| us)?|text(?:ed|ing)?(?: me)?|ring me|reach me|messages? to"
    r"|dial(?:ed)?|hotline|landline"
    r"|office|work|home|rückruf|anrufen|teléfono|móvil|llam\w+|téléphone|appele\w*|telefone|celular"
    r"|telemóvel|telefono|cellulare|contact number)\b)[^\d\n@]{0,24}\n?[^\d\n@]{0,8}$"
)
_CALLED_AFTER = re.compile(
    r"(?i)^\W{0,3}(?:office|fax|mobile|cell|home|work|landline|phone|tel|handy)\b"
)
_DATE = re.compile(
    r"^\(?(?:(?:19|20)\d\d[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d)\b"
)
_NORTH_AMERICAN = re.compile(
    r"^(?:(?:\+|00)?1[-. ]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?!\d)"
)


def find_phones(text: str) -> Iterator[Span]:
    """Numbers that are dialled; a bare number that nothing calls a telephone's is left alone."""
    for match in _CANDIDATE.finditer(text):
        if _is_phone(text, match):
            start = match.start()
            end = match.end()
            # "(0 69" opened outside the number would leave half a bracket.
            start += match[0].startswith("(") and ")" not in match[0]
            yield Span("PHONE", start, end, 0.9)


def _is_phone(text: str, match: re.Match[str]) -> bool:
    value, (start, end) = match[0], match.span()
    digits = sum(letter.isdigit() for letter in value)
    if value.startswith("+"):
        return digits >= 6
    if _DATE.match(value) or is_our_number(text, start, end):
        return False
    if _called_so(text, start, end):
        return digits >= 6
    if _NORTH_AMERICAN.match(value):
        return True
    # Without a word that says so, only a number in parts or with a trunk prefix is one.
    in_parts = len(re.findall(r"\d+", value)) >= 3
    prefixed = value.lstrip("(").startswith("0")
    return digits >= 9 and (in_parts or prefixed) and _is_valid(value)


def _called_so(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 48) : start]
    return bool(_CALLED_BEFORE.search(before) or _CALLED_AFTER.search(text[end : end + 16]))


def _is_valid(value: str) -> bool:
    if value.startswith("00"):
        value = "+" + value[2:]
    for region in REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(value, region)):
                return True
        except phonenumbers.NumberParseException:
            return False
    return False
