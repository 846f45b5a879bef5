"""How much personal data is found before text leaves, and what is wrongly taken for it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from evals.errors import DataInvalid
from evals.intervals import share
from evals.report import Report
from evals.sets import json_rows, read_banking77, read_bitext, read_languages, typed
from services.common.redaction import PersonalData, find_personal_data

SOUGHT = {
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "EMAIL_ADDRESS": "EMAIL",
    "IP_ADDRESS": "IP",
    "US_SSN": "SSN",
    "PHONE_NUMBER": "PHONE",
    "PERSON": "NAME",
    "STREET_ADDRESS": "ADDRESS",
    "ADDRESS": "ADDRESS",
    "US_DRIVER_LICENSE": "ID",
}
"""The data set's type → ours. Any other label (ORGANIZATION, GPE, AGE, …) is out of reach."""

ALSO_RIGHT = {
    "ADDRESS": {"LOCATION", "GPE", "ZIP_CODE"},
    "NAME": {"TITLE"},
}
"""Labels that a finding of ours may cover, since they stand inside what we look for."""

WORDS_TIMED = 150


@dataclass(frozen=True)
class Label:
    """One labelled value (`end` exclusive)."""

    type: str
    start: int
    end: int


@dataclass(frozen=True)
class Judged:
    """One text with its labels and what was found in it."""

    text: str
    labels: Sequence[Label]
    findings: Sequence[PersonalData]


async def measure(folder: Path, *, cross: bool = False) -> Report:
    """Measure on `pii/*.jsonl` and the ordinary tickets in `folder`; raises `DataInvalid`."""
    del cross  # nothing is trained here
    ordinary = _ordinary(folder)
    rows = read_labelled(folder)
    if not rows and not any(ordinary.values()):
        raise DataInvalid(f"{folder}: neither pii/*.jsonl nor ordinary tickets lies here")
    report: Report = {}
    if rows:
        judged = [Judged(text, labels, find_personal_data(text)) for text, labels in rows]
        report |= labelled_report(judged)
    for name, texts in ordinary.items():
        if texts:
            print(f"{name}: {len(texts)} ordinary messages", flush=True)
            report[f"ordinary_{name}"] = ordinary_report(texts)
    texts = [text for text, _ in rows] or [text for set_ in ordinary.values() for text in set_]
    report["speed"] = {"note": f"Texts of {WORDS_TIMED} words, CPU time."} | speed(texts)
    return report


def read_labelled(folder: Path) -> list[tuple[str, list[Label]]]:
    """Texts with labelled spans, of every `*.jsonl` in `folder/pii` or in `folder` itself."""
    source = folder / "pii" if (folder / "pii").is_dir() else folder
    rows = []
    for path in sorted(source.glob("*.jsonl")):
        for number, row in enumerate(json_rows(path, {"text": str, "spans": list}), 1):
            rows.append((row["text"], _labels(path, number, row["spans"])))
    return rows


def _labels(path: Path, number: int, spans: list[Any]) -> list[Label]:
    fields = {"entity_type": str, "start_position": int, "end_position": int}
    read = [typed(path, number, span, fields) for span in spans]
    return [Label(s["entity_type"], s["start_position"], s["end_position"]) for s in read]


def _ordinary(folder: Path) -> dict[str, list[str]]:
    readers: dict[str, Callable[[Path], list[Any]]] = {
        "bitext": read_bitext,
        "banking77": read_banking77,
        "multilingual": read_languages,
    }
    return {name: [row.text for row in read(folder)] for name, read in readers.items()}


def labelled_report(rows: Sequence[Judged]) -> Report:
    """Per type of ours and overall: labelled, caught, findings, false alarms, and their shares."""
    kinds = sorted(set(SOUGHT.values()) | {f.type for row in rows for f in row.findings})
    report: Report = {"overall": {"rows": len(rows)} | _measures(rows, set(kinds))}
    report["overall"]["note"] = (
        "Caught: every letter of the labelled value is replaced by placeholders of its type. False "
        "alarm: less than half of a finding lies in labels of its type."
    )
    report |= {kind: _measures(rows, {kind}) for kind in kinds}
    report["NAME"]["note"] = (
        "The set's names are made by a generator from lists like the one that given names are "
        "looked up in: of real customers' names a smaller share is found."
    )
    return report | {"out_of_reach": _out_of_reach(rows)}


def _measures(rows: Sequence[Judged], kinds: set[str]) -> dict[str, Any]:
    caught = [
        _covered(row, label, [f for f in row.findings if f.type == SOUGHT[label.type]])
        for row in rows
        for label in row.labels
        if SOUGHT.get(label.type) in kinds
    ]
    hidden = [
        _covered(row, label, row.findings)
        for row in rows
        for label in row.labels
        if SOUGHT.get(label.type) in kinds
    ]
    right = [_is_right(row, f) for row in rows for f in row.findings if f.type in kinds]
    return {
        "labelled": len(caught),
        "caught": sum(caught),
        "findings": len(right),
        "false_alarms": len(right) - sum(right),
        "recall": share(sum(caught), len(caught)),
        "hidden_by_any_type": share(sum(hidden), len(hidden)),
        "precision": share(sum(right), len(right)),
    }


def _covered(row: Judged, label: Label, findings: Sequence[PersonalData]) -> bool:
    inside = {place for f in findings for place in range(f.start, f.end)}
    return all(place in inside for place in _letters(row.text, label.start, label.end))


def _is_right(row: Judged, finding: PersonalData) -> bool:
    accepted = {name for name, kind in SOUGHT.items() if kind == finding.type}
    accepted |= ALSO_RIGHT.get(finding.type, set())
    labels = [label for label in row.labels if label.type in accepted]
    inside = {place for label in labels for place in range(label.start, label.end)}
    letters = _letters(row.text, finding.start, finding.end)
    return 2 * sum(place in inside for place in letters) >= len(letters)


def _letters(text: str, start: int, end: int) -> list[int]:
    # Brackets, commas and blanks at the edge of a value tell nobody anything.
    return [place for place in range(start, end) if text[place].isalnum()]


def _out_of_reach(rows: Sequence[Judged]) -> dict[str, Any]:
    """Labels that redaction does not look for: how many, and how many vanish with others."""
    values: dict[str, list[bool]] = {}
    for row in rows:
        for label in row.labels:
            if label.type not in SOUGHT:
                values.setdefault(label.type, []).append(_covered(row, label, row.findings))
    return {
        "note": "Not looked for. The share is what is replaced anyway, inside an address or name."
    } | {name: share(sum(hidden), len(hidden)) for name, hidden in sorted(values.items())}


def ordinary_report(texts: Sequence[str]) -> dict[str, Any]:
    """The share of ordinary messages in which something is replaced, and how often each type."""
    found = [{item.type for item in find_personal_data(text)} for text in texts]
    kinds = Counter(kind for row in found for kind in row)
    changed = {"rows": len(texts), "replaced_in": share(sum(map(bool, found)), len(texts))}
    return changed | {f"rows_with_{kind}": count for kind, count in sorted(kinds.items())}


def speed(texts: Sequence[str], repeats: int = 60) -> dict[str, Any]:
    """CPU milliseconds for a ticket of 150 words made of these texts: median and the slowest."""
    words = " ".join(texts).split(" ")
    pieces = [words[start : start + WORDS_TIMED] for start in range(0, len(words), WORDS_TIMED)]
    taken = []
    for piece in pieces[:repeats]:
        started = time.process_time()  # other work on the machine does not count
        find_personal_data(" ".join(piece))
        taken.append(1000 * (time.process_time() - started))
    return {"median_ms": round(median(taken), 1), "slowest_ms": round(max(taken), 1)}
