"""The back-up file: a zip of one COPY stream per table, and a manifest that says what it is."""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from local.backup.errors import DamagedBackup, NewerBackup, NotABackup

VERSION = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


class TableCopy(BaseModel):
    """One table of the back-up."""

    model_config = ConfigDict(extra="forbid")

    name: str
    columns: list[str]
    rows: int
    sha256: str

    @property
    def entry(self) -> str:
        """The name of its stream in the file."""
        return f"tables/{self.name}.copy"


class Manifest(BaseModel):
    """What a back-up holds; `taken_at` is the database's own time of the snapshot."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["deskloop-backup"] = "deskloop-backup"
    version: int = VERSION
    taken_at: datetime
    server: str
    migrations: list[str]
    tables: list[TableCopy]
    sequences: dict[str, int]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(table.rows for table in self.tables)


class Writer:
    """Writes one back-up; the file appears under its name only when it is whole."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def table(self, name: str, columns: list[str], chunks: Iterable[bytes]) -> str:
        """Write a table's stream and return its SHA-256."""
        digest = hashlib.sha256()
        entry = TableCopy(name=name, columns=columns, rows=0, sha256="").entry
        with self._archive.open(entry, "w", force_zip64=True) as out:
            for chunk in chunks:
                digest.update(chunk)
                out.write(chunk)
        return digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, which makes the file a back-up."""
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """Write a new back-up file, readable by this user only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield Writer(archive)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def read_manifest(file: Path) -> Manifest:
    """Read what a file holds, and check that every table is there unchanged.

    Raises
    ------
    NotABackup, DamagedBackup, NewerBackup
        Where the file cannot be restored.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(file, archive)
            for table in manifest.tables:
                _check(archive, table)
    except FileNotFoundError:
        raise NotABackup(f"There is no file {file}.") from None
    except IsADirectoryError:
        raise NotABackup(f"{file} is a folder, not a back-up.") from None
    except (zipfile.BadZipFile, EOFError) as error:
        if isinstance(error, zipfile.BadZipFile) and "CRC" in str(error):
            raise DamagedBackup(f"{file.name} is damaged: {error}.") from None
        raise NotABackup(f"{file.name} is no back-up of Deskloop, or was cut short.") from None
    return manifest


def _manifest(file: Path, archive: zipfile.ZipFile) -> Manifest:
    not_ours = NotABackup(f"{file.name} is no back-up of Deskloop: write one with `make backup`.")
    if MANIFEST not in archive.namelist():
        raise not_ours
    text = archive.read(MANIFEST)
    if b'"deskloop-backup"' not in text:
        raise not_ours
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise NewerBackup(
            f"{file.name} was written in a form that this Deskloop does not know: update it first."
        ) from None
    if manifest.version > VERSION:
        raise NewerBackup(
            f"{file.name} has format {manifest.version}, this Deskloop reads up to {VERSION}: "
            "update it first."
        )
    return manifest


def _check(archive: zipfile.ZipFile, table: TableCopy) -> None:
    digest = hashlib.sha256()
    try:
        for chunk in stream(archive, table):
            digest.update(chunk)
    except KeyError:
        raise DamagedBackup(f"The back-up lacks the table {table.name}.") from None
    if digest.hexdigest() != table.sha256:
        raise DamagedBackup(f"The table {table.name} of the back-up was changed or damaged.")


def stream(archive: zipfile.ZipFile, table: TableCopy) -> Iterator[bytes]:
    """Return a table's stream, piece by piece."""
    with archive.open(table.entry) as source:
        yield from iter(_reader(source), b"")


def _reader(source: IO[bytes]) -> Callable[[], bytes]:
    return lambda: source.read(_CHUNK)
