"""Training on a company's own CSV, and what is said of a bad one."""

import sys
from pathlib import Path

import pytest

from services.classify.local import train as train_command
from services.classify.local.artefact import load, save
from services.classify.local.errors import ArtefactInvalid, TrainingDataInvalid
from services.classify.local.rows import read_rows


def test_thirty_rows_are_enough(small_artefact: Path) -> None:
    artefact, version = load(small_artefact)
    assert artefact.rows == 30
    assert set(artefact.categories) == {"billing", "delivery", "general"}
    assert len(version) == 8


def test_training_twice_gives_the_same(
    thirty_csv: Path, small_artefact: Path, tmp_path: Path
) -> None:
    train_command.run([thirty_csv], tmp_path / "again.npz")
    assert load(tmp_path / "again.npz")[1] == load(small_artefact)[1]


def test_the_command_reports_categories(
    thirty_csv: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "out.npz"
    monkeypatch.setattr(sys, "argv", ["train", "--data", str(thirty_csv), "--out", str(out)])
    train_command.main()
    said = capsys.readouterr().out
    assert "30 messages" in said
    assert "delivery: 10" in said
    assert out.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("message,category\nhello,general\n", "row 1: no column 'text'"),
        ("text\nhello\n", "row 1: no column 'category'"),
        ("text,category\nhello,general\n,general\n", "row 3: 'text' is empty"),
        ("text,category\nhello,\n", "row 2: 'category' is empty"),
        ("text,category,urgency\nhello,general,urgent\n", "row 2: 'urgency' is 'urgent'"),
        ("text,category,sentiment\nhello,general,angry\n", "row 2: 'sentiment' is 'angry'"),
        ("text,category,human\nhello,general,maybe\n", "row 2: 'human' is 'maybe'"),
        ("text,category\nhello, there,general\n", "row 2: more fields than columns"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TrainingDataInvalid, match=message) as caught:
        read_rows([path])
    assert str(path) in str(caught.value)


def test_a_wrong_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("text,category\nGrüße,general\n".encode("latin-1"))
    with pytest.raises(TrainingDataInvalid, match="not UTF-8"):
        read_rows([path])


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataInvalid, match=r"none\.csv"):
        read_rows([tmp_path / "none.csv"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,category\na,x\nb,x\nc,x\n", "at least two categories"),
        ("text,category\na,x\nb,x\nc,x\nd,y\n", "category 'y' has under 3 rows"),
    ],
)
def test_too_little_is_refused(
    tmp_path: Path, content: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "few.csv"
    path.write_text(content, encoding="utf-8")
    arguments = ["train", "--data", str(path), "--out", str(tmp_path / "out.npz")]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match=message):
        train_command.main()


def test_a_damaged_artefact_is_refused(small_artefact: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.npz"
    path.write_bytes(small_artefact.read_bytes()[:2000])
    with pytest.raises(ArtefactInvalid, match="damaged"):
        load(path)
    with pytest.raises(ArtefactInvalid, match="does not exist"):
        load(tmp_path / "none.npz")


def test_an_artefact_comes_back_as_it_was(small_artefact: Path, tmp_path: Path) -> None:
    artefact, version = load(small_artefact)
    save(artefact, tmp_path / "copy.npz")
    assert load(tmp_path / "copy.npz")[1] == version
