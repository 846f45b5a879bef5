"""Readers of the public labelled data sets; what does not fit is refused by file and row."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.errors import DataInvalid
from services.contracts import Requester, Ticket

BITEXT = "intents/bitext_8k.csv"
BANKING77 = "intents/banking77_train.csv"
CLINC = "intents/clinc150_dev.jsonl"
MULTILINGUAL = "tickets/multilingual.csv"
AIRLINE = "sentiment/airline.csv"
SENTIMENTS = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Labelled:
    """One message with the labels of its data set."""

    text: str
    intent: str
    category: str = ""


def ticket(body: str, number: int = 1) -> Ticket:
    """A ticket with nothing but a body."""
    return Ticket(
        id=f"evals:{number}",
        source="evals",
        subject="",
        body=body.replace("\x00", " "),
        requester=Requester(id="evals"),
        created_at=datetime.now(UTC),
    )


def present(folder: Path, pattern: str) -> Path | None:
    """The data set's file; where another split lies there (`banking77_test.csv`), that one."""
    exact = folder / pattern
    if exact.exists():
        return exact
    stem = Path(pattern).name.split("_")[0]
    found = sorted(exact.parent.glob(f"{stem}*{exact.suffix}"))
    return found[0] if found else None


def read_bitext(folder: Path) -> list[Labelled]:
    """Bitext's support utterances; empty where the file is absent."""
    path = present(folder, BITEXT)
    rows = csv_rows(path, ("utterance", "category", "intent")) if path else []
    return [Labelled(row["utterance"], row["intent"], row["category"]) for row in rows]


def read_banking77(folder: Path) -> list[Labelled]:
    """Banking77's questions; empty where the file is absent."""
    path = present(folder, BANKING77)
    rows = csv_rows(path, ("text", "category")) if path else []
    return [Labelled(row["text"], row["category"]) for row in rows]


def read_clinc(folder: Path) -> list[Labelled]:
    """CLINC150's queries; empty where the file is absent."""
    path = present(folder, CLINC)
    rows = json_rows(path, {"text": str, "intent": str}) if path else []
    return [Labelled(row["text"], row["intent"]) for row in rows]


def read_airline(folder: Path) -> list[Labelled]:
    """Tweets to airlines, labelled negative, neutral or positive; empty where absent."""
    path = present(folder, AIRLINE)
    rows = csv_rows(path, ("text", "airline_sentiment")) if path else []
    for number, row in enumerate(rows, 2):
        if row["airline_sentiment"] not in SENTIMENTS:
            raise DataInvalid(f"{path}, row {number}: 'airline_sentiment' is none of {SENTIMENTS}")
    return [Labelled(row["text"], row["airline_sentiment"]) for row in rows]


def read_languages(folder: Path) -> list[Labelled]:
    """Tickets in five languages, labelled with the language only; empty where absent."""
    rows = _multilingual(folder)
    return [Labelled(f"{row.get('subject') or ''}\n{row['body']}", row["language"]) for row in rows]


def read_bodies(folder: Path) -> list[Labelled]:
    """As `read_languages`, without the subjects, some of which are in another language."""
    return [Labelled(row["body"], row["language"]) for row in _multilingual(folder)]


def _multilingual(folder: Path) -> list[dict[str, str]]:
    path = present(folder, MULTILINGUAL)
    return csv_rows(path, ("body", "language")) if path else []


def csv_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV that must have `columns`, none of them empty in any row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            header = reader.fieldnames or []
            if missing := [name for name in columns if name not in header]:
                raise DataInvalid(f"{path}, row 1: no column '{missing[0]}'")
            return [_complete(path, number, row, columns) for number, row in enumerate(reader, 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataInvalid(f"{path}: {error}") from error


def _complete(
    path: Path, number: int, row: dict[str, str], columns: Sequence[str]
) -> dict[str, str]:
    if empty := [name for name in columns if not (row.get(name) or "").strip()]:
        raise DataInvalid(f"{path}, row {number}: '{empty[0]}' is empty")
    return row


def json_rows(path: Path, fields: dict[str, type]) -> list[dict[str, Any]]:
    """Read JSON lines whose objects must have `fields` of these types."""
    try:
        with path.open(encoding="utf-8") as lines:
            return list(_parsed(path, lines, fields))
    except (OSError, UnicodeDecodeError) as error:
        raise DataInvalid(f"{path}: {error}") from error


def _parsed(path: Path, lines: Any, fields: dict[str, type]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                item = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataInvalid(f"{path}, row {number}: not JSON ({error.msg})") from error
            yield typed(path, number, item, fields)


def typed(path: Path, number: int, item: Any, fields: dict[str, type]) -> dict[str, Any]:
    """Return `item` where it is an object with `fields` of these types, else raise."""
    if not isinstance(item, dict):
        raise DataInvalid(f"{path}, row {number}: not an object")
    for name, kind in fields.items():
        if not isinstance(item.get(name), kind):
            raise DataInvalid(f"{path}, row {number}: '{name}' is not {kind.__name__}")
    return item
