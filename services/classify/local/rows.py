"""Labelled messages from CSV files, checked row by row."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.classify.local.errors import TrainingDataInvalid
from services.contracts import Sentiment, Urgency

OUT_OF_SCOPE = "out_of_scope"
"""In the column `category`: a message that is none of ours; teaches the model to doubt."""

COLUMNS = ("text", "category", "intent", "label", "urgency", "sentiment", "language", "human")


@dataclass(frozen=True)
class TrainingRow:
    """One message; what is empty is not labelled.

    `label` is a finer group than the intent, where a data set knows one: many small groups are
    easier to tell apart than a few broad ones.
    """

    text: str
    category: str = ""
    intent: str = ""
    label: str = ""
    urgency: str = ""
    sentiment: str = ""
    language: str = ""
    human: str = ""

    @property
    def group(self) -> str:
        """What the model learns to tell apart: the finest label there is."""
        return "/".join((self.category, self.label or self.intent or "-"))


def read_rows(paths: Iterable[Path]) -> list[TrainingRow]:
    """Read labelled messages; raises `TrainingDataInvalid` naming file and row."""
    return [row for path in paths for row in _read_file(path)]


def _read_file(path: Path) -> Iterator[TrainingRow]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, strict=True)
            _check_header(path, reader.fieldnames or [])
            for row in reader:
                yield _checked(row, f"{path}, row {reader.line_num}")
    except OSError as error:
        raise TrainingDataInvalid(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TrainingDataInvalid(
            f"{path}: not UTF-8 (byte {error.start}); save it as such"
        ) from error
    except csv.Error as error:
        raise TrainingDataInvalid(f"{path}, row {reader.line_num}: {error}") from error


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in ("text", "category") if name not in header]
    if missing:
        raise TrainingDataInvalid(
            f"{path}, row 1: no column '{missing[0]}'; the first row must name the columns "
            f"text,category and may name {', '.join(COLUMNS[2:])}"
        )


def _checked(row: dict[str | None, str | list[str] | None], place: str) -> TrainingRow:
    if None in row:
        raise TrainingDataInvalid(f"{place}: more fields than columns; quote texts with commas")
    values = {name: str(row.get(name) or "").strip() for name in COLUMNS}
    if not values["text"]:
        raise TrainingDataInvalid(f"{place}: 'text' is empty")
    if not values["category"] and not (values["human"] or values["sentiment"]):
        raise TrainingDataInvalid(f"{place}: 'category' is empty")
    _one_of(values["urgency"], [level.value for level in Urgency], "urgency", place)
    _one_of(values["sentiment"], [mood.value for mood in Sentiment], "sentiment", place)
    _one_of(values["human"], ["yes", "no"], "human", place)
    return TrainingRow(**values)


def _one_of(value: str, allowed: Sequence[str], column: str, place: str) -> None:
    if value and value not in allowed:
        raise TrainingDataInvalid(f"{place}: '{column}' is '{value}', not {' | '.join(allowed)}")
