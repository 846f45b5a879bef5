"""Presidio's checksum recognisers over a blank spaCy pipeline, and a spaCy model where one is."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from services.common.redaction.context import is_our_number
from services.common.redaction.spans import Span

_TYPES = {
    "IBAN_CODE": "IBAN",
    "MAC_ADDRESS": "MAC",
    "CRYPTO": "WALLET",
    "US_ITIN": "SSN",
}
"""Presidio's entity → the placeholder's type; every other one is an `ID`."""

_SURE = {"IBAN_CODE", "MAC_ADDRESS", "CRYPTO", "IT_FISCAL_CODE"}
"""So long or so shaped that nothing else looks like them."""

_RECOGNIZERS = (
    "Iban MacAddress UsItin Nhs UkNino EsNif EsNie ItFiscalCode PlPesel "
    "FiPersonalIdentityCode AuTfn AuMedicare SgFin InAadhaar InPan KrRrn UsMbi Crypto"
)

_ID_WORD = (
    r"(?:passport|driv(?:er|ing)(?:'?s|´s|’s)? licen[cs]e|licen[cs]e"
    r"|national id(?:entity)?(?: card)?|identity card"
    r"|id card|personal id|tax id|taxpayer id|tin|itin|tfn|nhs|medicare|national insurance"
    r"|nino|nif|nie|dni|pesel|nric"
    r"|fin|aadhaa?r|pan|codice fiscale|henkilötunnus|hetu|personalausweis\w*|ausweis\w*"
    r"|reisepass\w*|steuer-?id\w*"
    r"|sozialversicherungs\w*|passeport|pasaporte|passaporte|cpf|bsn|mbi|rrn|curp|rfc"
    r"|personnummer|cédula)"
)
_ID_NEAR = re.compile(rf"(?i)\b{_ID_WORD}\b")
_ID_STATED = re.compile(
    rf"(?i)\b{_ID_WORD}(?:[ -]?(?:number|no\b\.?|nr\b\.?|nummer|card|#|número"
    rf"|numéro))?\W{{0,3}}(?:(?:is|ist|es|est|é)\W{{1,2}})?"
    r"(?P<value>(?=[A-Z0-9./-]{0,12}\d)[A-Z0-9](?:[A-Z0-9./-]{3,22})[A-Z0-9])(?![\w])"
)


def find_national_ids(text: str) -> Iterator[Span]:
    """IBANs, MACs, wallets, and identity numbers where the text speaks of one."""
    for match in _ID_STATED.finditer(text):
        if sum(letter.isdigit() for letter in match["value"]) >= 4:
            yield Span("ID", match.start("value"), match.end("value"), 0.94)
    for recognizer in _recognizers():
        for found in recognizer.analyze(text, recognizer.supported_entities, None):
            if found.score >= 0.35 and _is_meant(text, found):
                kind = _TYPES.get(found.entity_type, "ID")
                yield Span(kind, found.start, found.end, 0.97 if kind != "ID" else 0.93)


def _is_meant(text: str, found: Any) -> bool:
    # An order's number passes a checksum by chance, so the text must speak of an identity number.
    if found.entity_type in _SURE:
        return True
    near = text[max(0, found.start - 40) : found.end + 24]
    return bool(_ID_NEAR.search(near)) and not is_our_number(text, found.start, found.end)


@cache
def _recognizers() -> list[Any]:
    """Presidio's classes; loading takes a second, so only where they are needed."""
    from presidio_analyzer import predefined_recognizers as known

    made = [
        getattr(known, f"{name}Recognizer")(supported_language="en")
        for name in _RECOGNIZERS.split()
    ]
    for recognizer in made:
        # A weak one (of InPan) looks ahead over the whole line at each word: its length squared.
        recognizer.patterns = [p for p in recognizer.patterns if ".*" not in p.regex]
    return made


def find_people(text: str) -> Iterator[Span]:
    """Names of persons and places that an installed spaCy model finds; none without one."""
    model = _spacy_model()
    for entity in model(text).ents if model else ():
        if entity.label_ in {"PERSON", "PER"} and any(letter.isupper() for letter in entity.text):
            yield Span("NAME", entity.start_char, entity.end_char, 0.5)


@cache
def _spacy_model() -> Any | None:
    from spacy import load
    from spacy.util import get_installed_models

    for prefix in ("xx_ent", "en_core_web"):
        for name in sorted(get_installed_models()):
            if name.startswith(prefix):
                return load(name, enable=["tok2vec", "transformer", "ner"])
    return None
