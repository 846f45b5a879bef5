"""The stream of solved tickets and the unseen ones of the learning curve."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.errors import DataInvalid
from evals.sets import csv_rows, json_rows
from evals.splits import text_hash

OUT_OF_SCOPE = frozenset({"oos", "out_of_scope", "out-of-scope"})
"""Labels of tickets that no known answer fits: whatever is sent to them is wrong."""

LEAST_ROWS = 20
SEED = 20_261_122
_LABELS = ("category", "intent", "label")
_HELD_OUT = 0.2
_MOST_HELD_OUT = 2_000


@dataclass(frozen=True)
class Row:
    """One ticket and the name of its right answer."""

    text: str
    label: str

    @property
    def in_scope(self) -> bool:
        """Whether any known answer can be right."""
        return self.label not in OUT_OF_SCOPE


@dataclass(frozen=True)
class Plan:
    """What is learned from, in this order, and what is answered."""

    dataset: str
    stream: list[Row]
    unseen: list[Row]
    note: str


def plan(data: Path, train: Path | None, default_train: Path) -> Plan:
    """Decide what is the stream and what is unseen; raises `DataInvalid`.

    With a folder, or the training file itself, a fifth of it is held out. A file most of whose
    labels the default stream does not know is split likewise. A file with a few labels that the
    stream lacks, other than those out of scope, is refused.
    """
    data = default_train if data.is_dir() else data
    given = read_rows(data)
    stream_file = train or default_train
    if train is None and (
        not default_train.exists()
        or data.resolve() == default_train.resolve()
        or not _same_labels(given, read_rows(default_train))
    ):
        return _split(data, given)
    if data.resolve() == stream_file.resolve():
        return _split(data, given)
    stream = read_rows(stream_file)
    _require_known(data, given, stream, stream_file)
    seen = {text_hash(row.text) for row in given}
    kept = [row for row in stream if text_hash(row.text) not in seen]
    note = f"{len(kept)} rows of {stream_file.name} as the stream, all of {data.name} unseen"
    if len(kept) < len(stream):
        note += f"; {len(stream) - len(kept)} rows that both files hold left out of the stream"
    return _checked(Plan(data.stem, _shuffled(kept), given, note + "."), stream_file)


def read_rows(path: Path) -> list[Row]:
    """Read a CSV or JSONL file with `text` and `category` (or `intent`, `label`)."""
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        rows = json_rows(path, {"text": str})
        start = 1
    else:
        rows = csv_rows(path, ("text",))
        start = 2
    if not rows:
        raise DataInvalid(f"{path}: holds no rows")
    column = next((name for name in _LABELS if name in rows[0]), None)
    if column is None:
        raise DataInvalid(f"{path}, row {start - 1 or 1}: no column 'category'")
    found = []
    for number, row in enumerate(rows, start):
        text, label = row["text"].replace("\x00", " ").strip(), row.get(column)
        if not text:
            raise DataInvalid(f"{path}, row {number}: 'text' is empty")
        if not isinstance(label, str) or not label.strip():
            raise DataInvalid(f"{path}, row {number}: '{column}' is empty")
        found.append(Row(text, label.strip()))
    return found


def _same_labels(given: Sequence[Row], stream: Sequence[Row]) -> bool:
    labels = {row.label for row in given if row.in_scope}
    return 2 * len(labels & {row.label for row in stream}) >= len(labels)


def _require_known(
    data: Path, given: Sequence[Row], stream: Sequence[Row], stream_file: Path
) -> None:
    known = {row.label for row in stream}
    start = 1 if data.suffix.lower() in {".jsonl", ".ndjson"} else 2
    for number, row in enumerate(given, start):
        if row.in_scope and row.label not in known:
            raise DataInvalid(
                f"{data}, row {number}: unknown label '{row.label}': {stream_file} has no ticket "
                "with it. Name the file that has with TRAIN=, or mark the row 'oos'."
            )


def _split(path: Path, rows: Sequence[Row]) -> Plan:
    """Hold out a fifth of what is in scope, at most 2,000 rows, and all that is out of scope."""
    inside = _shuffled([row for row in _distinct(rows) if row.in_scope])
    outside = [row for row in rows if not row.in_scope]
    held = min(_MOST_HELD_OUT, round(len(inside) * _HELD_OUT))
    note = (
        f"No separate stream: {held} of {path.name}'s rows are held out and answered, the other "
        f"{len(inside) - held} are the stream"
    )
    if outside:
        note += f"; the {len(outside)} out of scope are answered only, never learned from"
    return _checked(Plan(path.stem, inside[held:], inside[:held] + outside, note + "."), path)


def _distinct(rows: Sequence[Row]) -> list[Row]:
    """One row for each text, so that nothing unseen was seen."""
    return list({text_hash(row.text): row for row in rows}.values())


def _shuffled(rows: Sequence[Row]) -> list[Row]:
    order = np.random.default_rng(SEED).permutation(len(rows))
    return [rows[place] for place in order]


def _checked(made: Plan, source: Path) -> Plan:
    if len(made.stream) < LEAST_ROWS or not made.unseen:
        raise DataInvalid(
            f"{source}: {len(made.stream)} rows to learn from and {len(made.unseen)} to answer; "
            f"it takes at least {LEAST_ROWS} and 1"
        )
    if len(Counter(row.label for row in made.stream)) < 2:
        raise DataInvalid(f"{source}: all rows have the same label; it takes at least 2")
    return made


def points(rows: int) -> list[int]:
    """After how many corrections the unseen tickets are answered."""
    wanted = [0, 200, 500, 1_000, 2_000, 5_000]
    return [*(n for n in wanted if n < rows), rows]


ANSWER_BEGINS = ("We have looked into your question about ", "Please open the page on ")


def answer_of(label: str) -> str:
    """The canonical answer of an intent, as an agent would have written it."""
    named = " ".join(label.replace("_", " ").replace("?", "").split()).lower()
    return (
        f"{ANSWER_BEGINS[0]}{named}. "
        f"{ANSWER_BEGINS[1]}{named} in our help centre and follow the steps there."
    )
