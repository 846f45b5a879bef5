"""All finders together."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.common.redaction.addresses import find_addresses
from services.common.redaction.credentials import find_credentials
from services.common.redaction.given_names import find_given_names
from services.common.redaction.names import (
    addressees,
    find_names,
    name_parts,
    names_in_address,
    repeated_names,
)
from services.common.redaction.numbers import find_numbers
from services.common.redaction.phones import find_phones
from services.common.redaction.recognizers import find_national_ids, find_people
from services.common.redaction.spans import Span, occurrences, without_overlaps

_TELLING = 6
"""A shorter value, said again, may as well be something else."""


@dataclass(frozen=True)
class PersonalData:
    """One finding: placeholder type and where it stands in the text (`end` exclusive)."""

    type: str
    start: int
    end: int


def find_personal_data(text: str, known: Iterable[str] = ()) -> list[PersonalData]:
    """Find personal data in `text`, and every occurrence of the `known` names and addresses.

    The findings do not overlap and are in the order of the text.
    """
    values = {value for item in known if len(value := item.strip()) >= 3}
    found = [*_known(text, values), *find_names(text), *find_people(text), *find_addresses(text)]
    found += find_given_names(text)
    if any(letter in text for letter in "@0123456789:=-_/(["):  # else nothing could match
        found += find_credentials(text)
        found += find_numbers(text)
        streets = {span.start for span in found if span.type == "ADDRESS"}
        # "03 2657 Koontz Lane" begins like a number that is dialled.
        found += (span for span in find_phones(text) if span.start not in streets)
        found += find_national_ids(text)
    contacts = ("ADDRESS", "PHONE", "EMAIL")
    found += addressees(text, [span.start for span in found if span.type in contacts])
    people = {text[span.start : span.end] for span in found if span.type == "NAME"}
    addresses = [text[span.start : span.end] for span in found if span.type == "EMAIL"]
    people |= {part for address in [*values, *addresses] for part in names_in_address(address)}
    found += repeated_names(text, {*people, *(value for value in values if "@" not in value)})
    settled = without_overlaps(found, text)
    if again := list(_repeated(text, settled)):
        settled = without_overlaps([*settled, *again], text)
    return [PersonalData(span.type, span.start, span.end) for span in settled]


def _repeated(text: str, found: Iterable[Span]) -> Iterator[Span]:
    """A password or number said once with a word that tells what it is, and again without."""
    taken = {span.start for span in found}
    values = {text[span.start : span.end]: span.type for span in found if span.type != "NAME"}
    for value, kind in values.items():
        if len(value) < _TELLING:
            continue
        for start in occurrences(text, value):
            if start not in taken:
                yield Span(kind, start, start + len(value), 0.6)


def _known(text: str, values: Iterable[str]) -> Iterator[Span]:
    """What is known of the requester, in any case, and each part of the name."""
    for value in values:
        kind = "EMAIL" if "@" in value else "NAME"
        parts = name_parts(value) if kind == "NAME" else []
        wanted = "|".join(map(re.escape, [value, *parts]))
        pattern = re.compile(rf"(?<!\w)(?:{wanted})(?!\w)", re.IGNORECASE)
        for match in pattern.finditer(text):
            yield Span(kind, match.start(), match.end(), 0.99)
