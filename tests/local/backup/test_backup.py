"""A back-up brings back what was there; what is no back-up changes nothing."""

import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.backup import __main__ as command
from local.backup.archive import MANIFEST
from local.backup.errors import DamagedBackup, NewerBackup, NotABackup, OlderBackup
from local.backup.restore import drop_former, former_databases, restore
from local.backup.take import remove_older, take
from local.postgres.embedded import EmbeddedPostgres
from sql.migrate import apply, known, pending
from tests.local.backup.conftest import Filled, dumped, forget_database


@pytest.fixture
def backup(filled: Filled, tmp_path: Path) -> Path:
    file = tmp_path / "backup.zip"
    take(filled.url, file)
    return file


def test_after_a_disaster_everything_is_as_it_was(
    filled: Filled, backup: Path, postgres: EmbeddedPostgres
) -> None:
    before = dumped(filled.url)
    forget_database(postgres, filled.url)

    done = restore(filled.url, backup)

    assert dumped(filled.url) == before
    assert any("Ünïcödé" in line for line in before)
    assert done.former is None
    assert done.manifest.rows > 10


def test_the_ledger_goes_on_after_a_disaster(
    filled: Filled, backup: Path, postgres: EmbeddedPostgres
) -> None:
    """Sequences, triggers and row security are there again, not only the rows."""
    forget_database(postgres, filled.url)
    restore(filled.url, backup)
    with psycopg.connect(filled.url) as connection:
        connection.execute("update support_corrections set category = 'billing'")
        last = connection.execute(
            "select action, changes from correction_changes order by id desc limit 1"
        ).fetchone()
    assert last is not None
    assert last[0] == "update"
    assert last[1]["category"] == {"old": "technical", "new": "billing"}


def test_the_former_database_is_kept_until_it_is_deleted(filled: Filled, backup: Path) -> None:
    with psycopg.connect(filled.url) as connection:
        connection.execute("delete from support_corrections")
    done = restore(filled.url, backup)
    assert former_databases(filled.url) == [done.former]
    with psycopg.connect(filled.url) as connection:
        assert connection.execute("select count(*) from support_corrections").fetchone() == (2,)
    assert drop_former(filled.url) == [done.former]
    assert former_databases(filled.url) == []


def test_it_is_one_moment_although_others_write(filled: Filled, tmp_path: Path) -> None:
    with psycopg.connect(filled.url) as writer:
        writer.execute("delete from ledger_tickets")
        manifest = take(filled.url, tmp_path / "b.zip")
        assert next(t.rows for t in manifest.tables if t.name == "ledger_tickets") == 2


def test_the_file_is_for_its_owner_only(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def _with_manifest(backup: Path, change: Callable[[dict[str, Any]], object]) -> None:
    with zipfile.ZipFile(backup) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(entries[MANIFEST])
    change(manifest)
    entries[MANIFEST] = json.dumps(manifest, separators=(",", ":")).encode()
    with zipfile.ZipFile(backup, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def test_what_is_not_ours_is_refused(filled: Filled, tmp_path: Path) -> None:
    before = dumped(filled.url)
    text, archive, missing = tmp_path / "a.sql", tmp_path / "a.zip", tmp_path / "none.zip"
    text.write_text("-- PostgreSQL database dump")
    with zipfile.ZipFile(archive, "w") as other:
        other.writestr("holiday.txt", "photos")
    for file in (text, archive, missing, tmp_path):
        with pytest.raises(NotABackup, match=r"no back-up|There is no file|a folder"):
            restore(filled.url, file)
    assert dumped(filled.url) == before


def test_a_file_cut_short_is_refused(filled: Filled, backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[:-200])
    with pytest.raises(NotABackup, match="cut short"):
        restore(filled.url, backup)


def test_a_changed_table_is_refused(filled: Filled, backup: Path) -> None:
    def damage(manifest: dict[str, Any]) -> None:
        named = {table["name"]: table for table in manifest["tables"]}
        named["category_policies"].update(sha256="0" * 64)

    _with_manifest(backup, damage)
    with pytest.raises(DamagedBackup, match="category_policies"):
        restore(filled.url, backup)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m["migrations"].append("9999_of_tomorrow"), "9999_of_tomorrow"),
        (lambda m: m.update(version=2), "format 2"),
        (lambda m: m.update(of_tomorrow=True), "does not know"),
    ],
)
def test_a_newer_one_is_refused(
    filled: Filled, backup: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    _with_manifest(backup, change)
    with pytest.raises(NewerBackup, match=message):
        restore(filled.url, backup)


def test_an_older_one_is_brought_up_to_date_on_request_only(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    postgres.ensure_database("deskloop_of_last_year")
    url = postgres.url("deskloop_of_last_year")
    apply(url, only=[name for name in known() if name < "0030"])
    with psycopg.connect(url) as connection:
        connection.execute("insert into ledger_tickets (id, source, turn) values ('a:1', 'a', 2)")
    file = tmp_path / "older.zip"
    take(url, file)

    with pytest.raises(OlderBackup, match=r"0030_ledger_restores.*OLDER=1"):
        restore(url, file)
    done = restore(url, file, older=True)

    assert done.brought_up_to_date[0] == "0030_ledger_restores"
    assert not any(pending(url).values())
    with psycopg.connect(url) as connection:
        assert connection.execute("select id, turn from ledger_tickets").fetchall() == [("a:1", 2)]
        assert connection.execute("select count(*) from ledger_restores").fetchone() == (1,)


def test_the_command_says_what_it_did(
    filled: Filled,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", filled.url)
    file = tmp_path / "folder" / "mine.zip"
    assert command.main(["take", "--file", str(file)]) == 0
    assert "rows of" in capsys.readouterr().out
    assert command.main(["restore", str(file)]) == 0
    assert "The former database is kept as" in capsys.readouterr().out
    assert command.main(["drop-former"]) == 0
    assert command.main(["restore", str(tmp_path / "none.zip")]) == 1
    assert "Nothing was changed. There is no file" in capsys.readouterr().err
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/x")
    assert command.main(["take", "--file", str(file)]) == 1
    assert "PostgreSQL does not answer" in capsys.readouterr().err


def test_old_backups_go(tmp_path: Path) -> None:
    old, new, other = (tmp_path / name for name in ("deskloop-1.zip", "deskloop-2.zip", "x.zip"))
    for file in (old, new, other):
        file.touch()
    for file in (old, other):
        os.utime(file, (time.time() - 40 * 86_400,) * 2)
    assert remove_older(tmp_path, 30) == [old]
    assert new.exists()
    assert other.exists()
