"""What a reply states that somebody could hold us to: numbers, amounts, dates, links, addresses.

A claim is supported where a source states the same: the same number with the same unit, whatever
the language ("14 Tage", "14 days", "two weeks" is not the same), or the same link or address.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.rules.rulebook import Claims
from services.rules.text import fold

_URL_SIGN = r"[^\s<>()\[\]\"'{}]"
_LINK = re.compile(rf"(?:https?|ftp)://{_URL_SIGN}+|\bwww\.{_URL_SIGN}+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,5}+")
_DOMAIN = re.compile(
    r"\b[\w-]{1,63}+\.(?:[\w-]{1,63}\.){0,3}"
    r"(?:com|net|org|io|eu|de|fr|es|pt|br|jp|kr|uk|shop|store|app|example)"
    rf"\b(?:/{_URL_SIGN}*)?",
    re.IGNORECASE,
)
_STREET_WORDS = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|boulevard|blvd|square|court|way|strasse|strase|str"
)
_ADDRESS = re.compile(
    rf"\b\d{{1,5}}[a-z]?,? (?:[^\W\d]{{2,30}} ){{1,4}}(?:{_STREET_WORDS})\b"
    r"|\b[^\W\d]{2,40}(?:strasse|straße|str\.|weg|platz|allee|gasse) ?\d{1,4}[a-z]?\b"
    r"|\b\d{1,5},? (?:bis |ter )?(?:rue|avenue|boulevard|place|chemin|impasse)"
    r"(?: [^\W\d]{2,30}){1,4}"
    r"|\b(?:calle|avenida|rua|plaza|praça|travessa) (?:[^\W\d]{2,30} ){1,4},? ?\d{1,5}\b"
    r"|\bp\.? ?o\.? box \d{1,8}\b",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^[ \t]{0,8}(?:\d{1,2}[.)]|[(]\d{1,2}[)])[ \t]", re.MULTILINE)
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d(?:[ ()/.-]{0,2}\d){6,16}(?![\w])")
_IDENTIFIER = re.compile(r"(?<![\w])#?(?=[\w-]{0,40}\d)(?=[\w-]{0,40}[^\W\d_])[\w]+(?:-[\w]+){0,6}")
_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d{1,15}(?:[.,:' \u00a0\u202f]\d{1,15}){0,6}(?![\d])")
_GLUED_UNIT = re.compile(r"(?<!\d)(\d{1,15}(?:[.,]\d{1,15})?)([^\W\d_]{1,10}|[%°€$£¥₩])")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|[%°€$£¥₩]")
_RANGE = re.compile(r"\s{0,2}(?:[-–—~]|to|bis|à|a|und|and|或|から)\s{0,2}[\d]")
_SENTENCE_END = re.compile(r"\n|[.!?;](?=\s|$)")
"""A unit stands in the number's own sentence: "$19.90. An order …" is no French year."""
_BETWEEN = frozenset({"business", "working", "calendar", "full", "more", "consecutive", "volle"})
"""Words that may stand between a number and its unit."""


@dataclass(frozen=True)
class Claim:
    """One thing stated: its kind, how it was written, and what must agree in a source."""

    kind: str
    written: str
    values: frozenset[str]
    unit: str | None = None


@dataclass
class Statements:
    """What a text states, ready to be compared with a reply's claims."""

    numbers: set[tuple[str, str | None]] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    literals: str = ""


class ClaimReader:
    """Reads claims with the words of the rules file."""

    def __init__(self, words: Claims) -> None:
        spoken = {**words.units, **words.currencies}
        self._units = {fold(w): name for name, ws in spoken.items() for w in ws}
        self._months = {fold(w): f"month-{n}" for n, ws in words.months.items() for w in ws}
        self._spoken = {fold(w): str(n) for n, ws in words.number_words.items() for w in ws}

    def claims(self, reply: str) -> list[Claim]:
        """Everything in `reply` that needs a source, each once."""
        text = _LIST_MARK.sub(" ", reply)
        links, text = _take(text, ("link", _LINK), ("e-mail address", _EMAIL), ("link", _DOMAIN))
        addresses = [Claim("address", m, frozenset({_literal(m)})) for m in _ADDRESS.findall(text)]
        phones, text = _take_phones(text)
        found = [*links, *addresses, *phones, *self._numbers(text)]
        return list(dict.fromkeys(found))

    def statements(self, source: str) -> Statements:
        """What `source` states."""
        stated = Statements(literals=_literal(source))
        folded_digits = {_digits(m.group()) for m in _PHONE.finditer(source)}
        stated.plain |= folded_digits
        for claim in self._numbers(source):
            for value in claim.values:
                stated.plain.add(value)
                stated.numbers.add((value, claim.unit))
        return stated

    def _numbers(self, text: str) -> Iterator[Claim]:
        folded = fold(text)
        folded = _GLUED_UNIT.sub(self._unglued, folded)
        seen: list[tuple[int, int]] = []
        for match in _IDENTIFIER.finditer(folded):
            seen.append(match.span())
            written = match.group().lstrip("#")
            yield Claim("number", written, frozenset({written}))
        free = iter([*seen, (len(folded) + 1, len(folded) + 1)])
        start, end = next(free)
        for match in _NUMBER.finditer(folded):
            while end <= match.start():
                start, end = next(free)
            if match.start() < start or match.start() >= end:
                yield self._number(folded, match)
        yield from self._spoken_numbers(folded)

    def _unglued(self, match: re.Match[str]) -> str:
        number, unit = match.groups()
        return f"{number} {unit}" if unit in self._units else match.group()

    def _number(self, text: str, match: re.Match[str]) -> Claim:
        written = match.group().strip()
        unit = self._unit(text, match.start(), match.end())
        kind = "amount" if unit and unit.isupper() else "date" if _dated(unit) else "number"
        shown = f"{written} {unit}" if unit else written
        return Claim(kind, shown, frozenset(_readings(written)), unit)

    def _unit(self, text: str, start: int, end: int) -> str | None:
        after = text[end : end + 60]
        if (more := _RANGE.match(after)) is not None:
            rest = _NUMBER.match(after, more.end() - 1)
            after = after[rest.end() :] if rest else after
        words = _WORD.findall(_SENTENCE_END.split(after, maxsplit=1)[0])[:4]
        before = _WORD.findall(text[max(0, start - 24) : start])[-1:]
        return self._named(before, words)

    def _named(self, before: list[str], after: list[str]) -> str | None:
        following = [w for w in after if w not in _BETWEEN and w not in {"de", "of", "."}]
        for word in following[:1]:
            if word in self._units or word in self._months:
                return self._units.get(word) or self._months[word]
        for word in before:
            if word in self._months:
                return self._months[word]
            if self._units.get(word, "").isupper():
                return self._units[word]
        return None

    def _spoken_numbers(self, text: str) -> Iterator[Claim]:
        for match in _WORD.finditer(text):
            if match.group() in self._spoken:
                unit = self._unit(text, match.start(), match.end())
                if unit and not _dated(unit):
                    value = self._spoken[match.group()]
                    yield Claim("number", f"{match.group()} {unit}", frozenset({value}), unit)


def supported(claim: Claim, statements: Iterable[Statements]) -> bool:
    """Whether one of `statements` says what `claim` says."""
    return any(_states(statement, claim) for statement in statements)


def _states(statement: Statements, claim: Claim) -> bool:
    if claim.kind in {"link", "e-mail address", "address"}:
        return all(stands_whole(value, statement.literals) for value in claim.values)
    if claim.unit is None:
        return not claim.values.isdisjoint(statement.plain)
    return any((value, claim.unit) in statement.numbers for value in claim.values)


def stands_whole(literal: str, text: str) -> bool:
    """Whether `text` has `literal` and not only something longer that holds its letters.

    12 Main Street is not said by 112 Main Street, nor E104 by E1043. Other scripts write without
    spaces between a link and the words beside it.
    """
    if literal not in text:  # quick, where a text names very many
        return False
    return bool(re.search(rf"(?<![A-Za-z0-9]){re.escape(literal)}(?![A-Za-z0-9])", text))


def may_be_echoed(claim: Claim) -> bool:
    """Whether the customer's own words suffice: order numbers and the like, never money or time."""
    digits = sum(c.isdigit() for c in claim.written)
    named = any(c.isalpha() for c in claim.written) or claim.written.count(".") > 1
    return claim.kind == "number" and claim.unit is None and (digits >= 4 or named)


def _dated(unit: str | None) -> bool:
    return unit is not None and unit.startswith("month-")


def _take(text: str, *kinds: tuple[str, re.Pattern[str]]) -> tuple[list[Claim], str]:
    claims = []
    for kind, pattern in kinds:
        for match in pattern.finditer(text):
            written = match.group().rstrip(".,;:!?'\"")
            claims.append(Claim(kind, written, frozenset({_literal(written)})))
        text = pattern.sub(" ", text)
    return claims, text


def _take_phones(text: str) -> tuple[list[Claim], str]:
    claims = [
        Claim("number", match.group().strip(), frozenset({_digits(match.group())}))
        for match in _PHONE.finditer(text)
        if _is_phone(match.group())
    ]
    kept = _PHONE.sub(lambda m: " " if _is_phone(m.group()) else m.group(), text)
    return claims, kept


def _is_phone(written: str) -> bool:
    return written.startswith("+") or len(re.findall(r"[ ()/-]+", written.strip())) >= 1


def _digits(written: str) -> str:
    return "".join(c for c in written if c.isdigit())


def _literal(text: str) -> str:
    folded = fold(text)
    folded = re.sub(r"https?://(?:www\.)?|\bwww\.", " ", folded)
    return " ".join(re.sub(r"[,\s]+", " ", folded).split()).rstrip("/")


def _readings(written: str) -> set[str]:
    """The numbers that `written` can stand for: "1.500" is 1500 to some and 1.5 to others."""
    compact = re.sub(r"[' \u00a0\u202f]", "", written).lstrip("+-")
    if ":" in compact or compact.count(".") + compact.count(",") > 1:
        together = re.sub(r"[.,](?=\d{3}(?:\D|$))", "", compact)
        return {compact, _plain_number(together.replace(",", "."))}
    head, _, tail = compact.replace(",", ".").partition(".")
    readings = {_plain_number(f"{head}.{tail}")}
    if len(tail) == 3:
        readings.add(_plain_number(head + tail))
    return readings


def _plain_number(text: str) -> str:
    """`text` without what does not change its value."""
    if text.count(".") == 1:
        text = text.rstrip("0").rstrip(".")
    return text.lstrip("0") or "0"
