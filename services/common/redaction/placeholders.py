"""Values out, placeholders in, and back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from services.common.redaction.finding import PersonalData, find_personal_data

_PLACEHOLDER = re.compile(r"<[A-Z]+_\d+>")


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and what each stands for."""

    text: str
    mapping: Mapping[str, str] = field(repr=False)


def redact(text: str, known: Iterable[str] = (), before: Redacted | None = None) -> Redacted:
    """Replace personal data by placeholders like `<EMAIL_1>`; the same value has the same one.

    `known` are names and addresses to be found wherever they stand. What `before` replaced in
    another text has the same placeholder here; the mapping then holds both.
    """
    earlier = before.mapping if before else {}
    names = {(_kind(name), value): name for name, value in earlier.items()}
    parts, position = [], 0
    for item in _replaced(text, [*known, *earlier.values()], earlier):
        value = text[item.start : item.end]
        if (item.type, value) not in names:
            names[item.type, value] = _unused_placeholder(item.type, text, names.values())
        name = names[item.type, value]
        parts += [text[position : item.start], name]
        position = item.end
    mapping = {name: value for (_, value), name in names.items()}
    return Redacted("".join([*parts, text[position:]]), mapping)


def _replaced(text: str, known: Iterable[str], earlier: Mapping[str, str]) -> list[PersonalData]:
    """What is to be replaced, placeholders that a customer wrote and that stand for others too."""
    written = [
        PersonalData("TEXT", match.start(), match.end())
        for match in _PLACEHOLDER.finditer(text)
        if match[0] in earlier
    ]
    found = [
        item
        for item in find_personal_data(text, known)
        if not any(item.start < own.end and own.start < item.end for own in written)
    ]
    return sorted([*found, *written], key=lambda item: item.start)


def redact_together(texts: Sequence[str], known: Iterable[str] = ()) -> list[str]:
    """Redact texts of one origin: a name that one of them tells is hidden in all of them.

    A sentence alone does not say that `Ada` in it is the person whom the letter greets.
    """
    told = {value for value in known if value.strip()}
    for text in texts:
        told |= {text[item.start : item.end] for item in find_personal_data(text)}
    return [redact(text, told).text for text in texts]


def _kind(placeholder: str) -> str:
    return placeholder[1:].split("_")[0]


def _unused_placeholder(kind: str, text: str, taken: Iterable[str]) -> str:
    used = {*taken, *_PLACEHOLDER.findall(text)}  # a customer may write "<EMAIL_1>" himself
    return next(name for n in count(1) if (name := f"<{kind}_{n}>") not in used)


def restore(text: str, mapping: Mapping[str, str]) -> str:
    """Put the values back; a placeholder that `mapping` does not know stays as it is."""
    return _PLACEHOLDER.sub(lambda match: mapping.get(match[0], match[0]), text)
