"""Personal data, found and replaced by typed placeholders before text leaves for a provider.

Presidio's pattern and checksum recognisers do the finding (https://microsoft.github.io/presidio/);
what is known of the requester (name, e-mail) is replaced as well. A spaCy model is not needed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

_PLACEHOLDER = re.compile(r"<[A-Z]+_\d+>")

_TYPES = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "US_SSN": "SSN",
    "US_ITIN": "SSN",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
    "UK_NHS": "ID",
    "UK_NINO": "ID",
    "ES_NIF": "ID",
    "ES_NIE": "ID",
    "IT_FISCAL_CODE": "ID",
    "PL_PESEL": "ID",
    "FI_PERSONAL_IDENTITY_CODE": "ID",
    "AU_TFN": "ID",
    "SG_NRIC_FIN": "ID",
    "IN_AADHAAR": "ID",
    "IN_PAN": "ID",
    "CRYPTO": "WALLET",
    "SECRET": "SECRET",
    "TOKEN_URL": "URL",
    "KNOWN": "NAME",
}
"""Presidio's entity → the placeholder's type."""

_SECRETS = {
    "key": r"\b(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA)[-_A-Za-z0-9]{16,}\b",
    "bearer": r"(?i)\bbearer\s+[A-Za-z0-9._~+/-]{16,}=*",
    "password": r"(?i)(?<=password)\s{0,3}(?:is|was|:|=)\s{0,3}[^\s]{4,64}",
}
_CREDENTIAL_LINK = (
    r"https?://[^\s<>\"']{1,300}?[?&](?:token|key|sig|signature|code|secret|auth)=[^\s<>\"']+"
)

_OUR_NUMBER = re.compile(
    r"(?:\b(?:order|invoice|tracking|ticket|case|serial|reference|ref|parcel|article)\b|#)"
    r"\W{0,3}(?:(?:number|no|nr|id|is|code)\b\W{0,3}){0,2}$",
    re.IGNORECASE,
)
"""What stands before a bare number that is an order's, not a phone's."""


@dataclass(frozen=True)
class PersonalData:
    """One finding: placeholder type and where it stands in the text (`end` exclusive)."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """The text with placeholders, and what each stands for."""

    text: str
    mapping: Mapping[str, str] = field(repr=False)


@cache
def _analyzer() -> Any:
    """Presidio with a blank spaCy pipeline; loading takes seconds, so only where it is needed."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
    from presidio_analyzer import predefined_recognizers as known
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class BlankEngine(SpacyNlpEngine):
        def load(self) -> None:
            self.nlp: Any = {"en": spacy.blank("en")}

    phone = known.PhoneRecognizer(
        supported_regions=("US", "GB", "DE", "FR", "ES", "PT", "JP", "KR", "IN", "AU", "BR", "IT"),
        leniency=1,
    )
    own = [
        PatternRecognizer("SECRET", patterns=[Pattern(n, p, 0.9) for n, p in _SECRETS.items()]),
        PatternRecognizer("TOKEN_URL", patterns=[Pattern("token url", _CREDENTIAL_LINK, 0.9)]),
    ]
    classes = (
        "CreditCard Iban Email Ip MacAddress UsSsn UsItin Nhs UkNino EsNif EsNie ItFiscalCode "
        "PlPesel FiPersonalIdentityCode AuTfn SgFin InAadhaar InPan Crypto"
    )
    predefined = [
        getattr(known, f"{name}Recognizer")(supported_language="en") for name in classes.split()
    ]
    registry = RecognizerRegistry([*predefined, phone, *own], supported_languages=["en"])
    engine = BlankEngine()
    engine.load()
    return AnalyzerEngine(registry, engine, supported_languages=["en"])


def find_personal_data(text: str, known: Iterable[str] = ()) -> list[PersonalData]:
    """Find personal data in `text`, and every occurrence of the `known` names and addresses.

    The findings do not overlap and are in the order of the text.
    """
    found = [(r.score, r.start, r.end, r.entity_type) for r in _results(text)]
    for value in {item.strip() for item in known}:
        if len(value) >= 3:
            pattern = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)", re.IGNORECASE)
            found += [(0.99, m.start(), m.end(), "KNOWN") for m in pattern.finditer(text)]
    taken: list[PersonalData] = []
    for _, start, end, entity in sorted(found, key=lambda f: (-f[0], f[1] - f[2])):
        if all(end <= other.start or start >= other.end for other in taken):
            taken.append(PersonalData(_TYPES[entity], start, end))
    return sorted(taken, key=lambda item: item.start)


def _results(text: str) -> list[Any]:
    if not any(c in text for c in "@0123456789:=-_"):  # nothing a pattern could match
        return []
    results: list[Any] = _analyzer().analyze(text, language="en", score_threshold=0.35)
    return [r for r in results if not _is_order_number(text, r)]


def _is_order_number(text: str, result: Any) -> bool:
    bare = text[result.start : result.end].isalnum()
    before = text[max(0, result.start - 40) : result.start]
    return result.entity_type == "PHONE_NUMBER" and bare and bool(_OUR_NUMBER.search(before))


def redact(text: str, known: Iterable[str] = ()) -> Redacted:
    """Replace personal data by placeholders like `<EMAIL_1>`; the same value has the same one."""
    names: dict[tuple[str, str], str] = {}
    parts, position = [], 0
    for item in find_personal_data(text, known):
        value = text[item.start : item.end]
        if (item.type, value) not in names:
            names[item.type, value] = _unused_placeholder(item.type, text, names.values())
        name = names[item.type, value]
        parts += [text[position : item.start], name]
        position = item.end
    mapping = {name: value for (_, value), name in names.items()}
    return Redacted("".join([*parts, text[position:]]), mapping)


def _unused_placeholder(kind: str, text: str, taken: Iterable[str]) -> str:
    used = {*taken, *_PLACEHOLDER.findall(text)}  # a customer may write "<EMAIL_1>" himself
    return next(name for n in count(1) if (name := f"<{kind}_{n}>") not in used)


def restore(text: str, mapping: Mapping[str, str]) -> str:
    """Put the values back; a placeholder that `mapping` does not know stays as it is."""
    return _PLACEHOLDER.sub(lambda match: mapping.get(match[0], match[0]), text)
