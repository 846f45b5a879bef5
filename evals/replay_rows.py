"""Past tickets with labels, from CSV or JSON lines; what is wrong is named by file and row."""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from evals.errors import DataInvalid

TEXT_COLUMNS = ("body", "text")
OPTIONAL_COLUMNS = (
    "id",
    "subject",
    "category",
    "intent",
    "language",
    "resolution",
    "must_not_send",
    "needs_human",
    "expected_source",
    "must_say",
)
COLUMNS = (*TEXT_COLUMNS, *OPTIONAL_COLUMNS)
_YES = {"true", "yes", "y", "1"}
_NO = {"false", "no", "n", "0", ""}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_SUFFIXES = {".csv", ".jsonl", ".ndjson"}
_MAX_CELL = 10_000_000


@dataclass(frozen=True)
class Row:
    """One past ticket; a label that its file does not have is None or empty.

    `number` is the row in the file: the header of a CSV is row 1, the first line of JSON lines too.
    """

    number: int
    body: str
    subject: str = ""
    id: str = ""
    category: str | None = None
    intent: str | None = None
    language: str | None = None
    resolution: str | None = None
    must_not_send: bool | None = None
    expected_source: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rows:
    """All tickets of a file, and the columns in it that nothing is measured from."""

    path: Path
    rows: tuple[Row, ...]
    unused: tuple[str, ...] = ()

    def has(self, name: str) -> bool:
        """Whether any row carries this label."""
        return any(getattr(row, name) not in (None, (), "") for row in self.rows)


@dataclass(frozen=True)
class Known:
    """Labels that exist; None where any value will do."""

    intents: Mapping[str, Sequence[str]] | None = None
    """Category → its intents."""
    sources: Sequence[str] | None = None
    categories: Sequence[str] | None = None
    """Where the intents are not known, as in a system that runs elsewhere."""


def read_rows(path: Path) -> Rows:
    """Read past tickets; raises `DataInvalid` naming file, row and what would be right."""
    if path.suffix.lower() not in _SUFFIXES:
        raise DataInvalid(f"{path}: not a .csv or .jsonl file")
    if not path.is_file():
        raise DataInvalid(f"{path}: there is no such file")
    text = _utf8(path)
    found = list(_csv(path, text) if path.suffix.lower() == ".csv" else _jsonl(path, text))
    if not found:
        raise DataInvalid(f"{path}: holds no tickets; one row for each is needed")
    names = dict.fromkeys(name for _, cells in found for name in cells)
    rows = tuple(_row(path, number, cells) for number, cells in found)
    _refuse_duplicates(path, rows)
    return Rows(path, rows, tuple(name for name in names if name not in COLUMNS))


def check_labels(data: Rows, known: Known) -> None:
    """Refuse labels that the system under test cannot answer; raises `DataInvalid`."""
    for row in data.rows:
        where = f"{data.path}, row {row.number}"
        if known.intents is not None:
            _check_category(where, row, known.intents)
        elif known.categories is not None and row.category is not None:
            _one_of(where, "category", row.category, known.categories)
        for source in row.expected_source if known.sources is not None else ():
            _one_of(where, "expected_source", source, known.sources or ())


def _check_category(where: str, row: Row, intents: Mapping[str, Sequence[str]]) -> None:
    if row.category is not None:
        _one_of(where, "category", row.category, list(intents))
    if row.intent is not None:
        chosen = [row.category] if row.category is not None else list(intents)
        _one_of(where, "intent", row.intent, [name for each in chosen for name in intents[each]])


def _one_of(where: str, label: str, value: str, allowed: Sequence[str]) -> None:
    if value in allowed:
        return
    near = get_close_matches(value, allowed, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(sorted(allowed)[:20])}"
    raise DataInvalid(f"{where}: '{label}' is '{value}', which is not known; {hint}")


def _utf8(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataInvalid(f"{path}, line {line}: is not UTF-8; save the file as UTF-8") from error


def _csv(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(_MAX_CELL)
    lines = text.splitlines(keepends=True)
    if not lines:
        return
    delimiter = max(",;\t", key=lines[0].count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    try:
        header = [name.strip() for name in next(reader)]
        _check_header(path, header)
        for number, cells in enumerate(reader, 2):
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise DataInvalid(
                    f"{path}, row {number}: has {len(cells)} cells, the header {len(header)}; "
                    "put texts with commas or line breaks between double quotes"
                )
            yield number, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise DataInvalid(
            f"{path}, row {number + 1}: is broken ({error}); a double quote inside a quoted text "
            "is written twice"
        ) from error


def _check_header(path: Path, header: Sequence[str]) -> None:
    if twice := [name for name in dict.fromkeys(header) if header.count(name) > 1]:
        raise DataInvalid(f"{path}, row 1: the column '{twice[0]}' is there twice")
    if not set(TEXT_COLUMNS) & set(header):
        have = ", ".join(name or "(no name)" for name in header[:12])
        raise DataInvalid(f"{path}, row 1: no column 'body' (or 'text'); the columns are: {have}")


def _jsonl(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataInvalid(
                f"{path}, row {number}: is not JSON ({error.msg}); one object in each line"
            ) from error
        if not isinstance(item, dict):
            raise DataInvalid(f"{path}, row {number}: is not an object like {{'body': '…'}}")
        if not set(TEXT_COLUMNS) & set(item):
            raise DataInvalid(f"{path}, row {number}: has no 'body' (or 'text')")
        yield number, item


def _row(path: Path, number: int, cells: dict[str, Any]) -> Row:
    where = f"{path}, row {number}"
    body = "\n".join(filter(None, (_text(where, cells, name) for name in TEXT_COLUMNS)))
    row = Row(
        number=number,
        body=body,
        subject=_text(where, cells, "subject"),
        id=_text(where, cells, "id").strip(),
        category=_label(where, cells, "category"),
        intent=_label(where, cells, "intent"),
        language=_language(where, cells),
        resolution=_label(where, cells, "resolution"),
        must_not_send=_must_not_send(where, cells),
        expected_source=_several(where, cells, "expected_source"),
        must_say=_several(where, cells, "must_say"),
    )
    if not (row.body + row.subject).strip() and not row.must_not_send:
        raise DataInvalid(f"{where}: 'body' is empty; an empty ticket can only be must_not_send")
    return row


def _text(where: str, cells: dict[str, Any], name: str) -> str:
    value = cells.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise DataInvalid(f"{where}: '{name}' is {type(value).__name__}, text is needed")
    text = str(value)
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise DataInvalid(f"{where}: '{name}' holds a NUL or half a letter; remove it")
    return text


def _label(where: str, cells: dict[str, Any], name: str) -> str | None:
    return _text(where, cells, name).strip() or None


def _language(where: str, cells: dict[str, Any]) -> str | None:
    language = _label(where, cells, "language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise DataInvalid(f"{where}: 'language' is '{language}'; write a code such as de or pt-BR")
    return language


def _must_not_send(where: str, cells: dict[str, Any]) -> bool | None:
    given = [name for name in ("must_not_send", "needs_human") if cells.get(name) is not None]
    values = [_yes(where, name, cells[name]) for name in given]
    return any(values) if values else None


def _yes(where: str, name: str, value: Any) -> bool:
    written = str(value).strip().lower()
    if written in _YES | _NO:
        return written in _YES
    raise DataInvalid(f"{where}: '{name}' is '{value}'; write true or false")


def _several(where: str, cells: dict[str, Any], name: str) -> tuple[str, ...]:
    value = cells.get(name)
    parts = value if isinstance(value, list) else _text(where, cells, name).split("|")
    if not all(isinstance(part, str) for part in parts):
        raise DataInvalid(f"{where}: '{name}' must hold texts only")
    return tuple(part.strip() for part in parts if part.strip())


def _refuse_duplicates(path: Path, rows: Sequence[Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        if row.id and row.id in seen:
            raise DataInvalid(
                f"{path}, row {row.number}: the id '{row.id}' stands in row {seen[row.id]} too; "
                "each ticket needs its own"
            )
        seen.setdefault(row.id, row.number)
