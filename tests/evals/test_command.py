"""The command: skipped without data, named errors, one JSON object as the last line."""

import json
import sys
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.report import markdown


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["evals", *arguments])
    main()


def test_skipped_without_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(monkeypatch, "intents", "--data", str(tmp_path / "none"))
    assert "Skipped: there is no folder" in capsys.readouterr().out


@pytest.mark.parametrize("part", ["intents", "retrieval", "injection"])
def test_an_empty_folder_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, part: str
) -> None:
    with pytest.raises(SystemExit, match=r"Cannot evaluate: .*lies here"):
        run(monkeypatch, part, "--data", str(tmp_path))


def test_the_last_line_is_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "intents"
    folder.mkdir()
    (folder / "bitext_other.csv").write_text(
        "utterance,category,intent\n"
        "could I get my money back for the shoes,REFUND,get_refund\n"
        "the money for my shoes has not come back,REFUND,track_refund\n"
        "let me talk to a human being right away,CONTACT,contact_human_agent\n",
        encoding="utf-8",
    )
    run(monkeypatch, "intents", "--data", str(tmp_path), "--out", str(tmp_path / "reports"))
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["bitext"]["rows"] == 3
    assert report["bitext"]["human_requests_seen"]["value"] == 1.0
    assert report["bitext"]["category_macro_f1"]["low"] is not None
    assert json.loads((tmp_path / "reports" / "intents.json").read_text("utf-8")) == report
    assert "## bitext" in (tmp_path / "reports" / "intents.md").read_text("utf-8")


def test_the_table_shows_intervals_and_gaps() -> None:
    measured = {"value": 0.5, "low": 0.25, "high": 0.75, "rows": 8}
    missing = {"value": None, "low": None, "high": None, "rows": 0}
    table = markdown("intents", {"set": {"rows": 8, "found": measured, "none": missing}})
    assert "| found | 0.500 | 0.250 – 0.750 | 8 |" in table
    assert "| none | – | – | 0 |" in table
