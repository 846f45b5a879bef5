"""Quotes: whether a text really stands in a source, however its white space is laid out."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.common.letters import body_of
from services.contracts import Citation, DraftRequest

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Source:
    """A document section or past correction that a reply may rest on."""

    id: str
    label: str
    title: str
    text: str


def sources_of(request: DraftRequest) -> list[Source]:
    """All sources of a request, labelled `Doc n` and `Correction n` as the model sees them."""
    documents = [
        Source(d.id, f"Doc {n}", d.title, d.text) for n, d in enumerate(request.documents, 1)
    ]
    corrections = [
        Source(c.id, f"Correction {n}", c.summary, body_of(c.resolution))
        for n, c in enumerate(request.corrections, 1)
    ]
    return documents + corrections


def normalised(text: str) -> str:
    """Text for comparing quotes: NFC, white space as single spaces."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


def verify(
    quotes: Iterable[tuple[str, str]], sources: Mapping[str, Source]
) -> tuple[list[Citation], list[str]]:
    """Split (label, quote) pairs into citations found verbatim and notes on those that are not."""
    citations, missing = [], []
    for label, quote in quotes:
        source = sources.get(label.strip().strip("[]").split(":")[0].strip())
        if source and normalised(quote) and normalised(quote) in normalised(source.text):
            citations.append(Citation(source_id=source.id, quote=quote))
        else:
            missing.append(f"Not found word for word in {label}: “{quote}”")
    return citations, missing
