"""Which rows may be measured on: those that the shipped classifier was not trained on."""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path


def text_hash(text: str) -> str:
    """A text's hash, the same for texts that differ in case or spaces only."""
    return hashlib.sha256(normalised(text).encode()).hexdigest()


def normalised(text: str) -> str:
    """The text without what does not make it another text."""
    return " ".join(text.lower().split())


def trained_on(paths: Iterable[Path]) -> frozenset[str]:
    """The hashes of all texts in the training files."""
    hashes: set[str] = set()
    for path in paths:
        with path.open(encoding="utf-8", newline="") as lines:
            hashes |= {text_hash(row["text"]) for row in csv.DictReader(lines)}
    return frozenset(hashes)
