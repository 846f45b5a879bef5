"""What counts as caught, what as a false alarm, and what is out of reach."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import main
from evals.pii import Judged, Label, labelled_report, ordinary_report, read_labelled
from services.common.redaction import PersonalData


def judged(text: str, labels: list[tuple[str, str]], found: list[tuple[str, str]]) -> Judged:
    def place(value: str) -> tuple[int, int]:
        return text.index(value), text.index(value) + len(value)

    return Judged(
        text,
        [Label(kind, *place(value)) for kind, value in labels],
        [PersonalData(kind, *place(value)) for kind, value in found],
    )


def test_caught_only_where_every_letter_is_replaced() -> None:
    whole = judged("I am Ana Lima.", [("PERSON", "Ana Lima")], [("NAME", "Ana Lima")])
    half = judged("I am Ana Lima.", [("PERSON", "Ana Lima")], [("NAME", "Ana")])
    other = judged("I am Ana Lima.", [("PERSON", "Ana Lima")], [("ADDRESS", "Ana Lima")])
    name = labelled_report([whole, half, other])["NAME"]
    assert (name["labelled"], name["caught"], name["recall"]["value"]) == (3, 1, 0.3333)
    assert name["hidden_by_any_type"]["value"] == 0.6667
    assert name["recall"]["low"] < 0.3333 < name["recall"]["high"]


def test_a_finding_mostly_outside_its_label_is_a_false_alarm() -> None:
    wide = judged("call 12 now please Ana", [("PERSON", "Ana")], [("NAME", "now please Ana")])
    right = judged("I am Ana.", [("PERSON", "Ana")], [("NAME", "Ana")])
    report = labelled_report([wide, right])
    assert report["NAME"]["precision"]["value"] == 0.5
    assert report["overall"]["false_alarms"] == 1


def test_what_is_not_sought_is_named_but_not_missed() -> None:
    row = judged("from Lisbon", [("GPE", "Lisbon")], [])
    report = labelled_report([row])
    assert report["overall"]["labelled"] == 0
    assert report["out_of_reach"]["GPE"]["rows"] == 1


def test_a_town_inside_an_address_is_no_false_alarm() -> None:
    row = judged("in 1 Elm St, Lisbon", [("GPE", "Lisbon")], [("ADDRESS", "Lisbon")])
    assert labelled_report([row])["ADDRESS"]["false_alarms"] == 0


def test_ordinary_messages_are_counted_once_per_type() -> None:
    report = ordinary_report(["Where is order 4815162342?", "ask a@example.org or b@example.org"])
    assert (report["rows"], report["replaced_in"]["value"]) == (2, 0.5)
    assert report["rows_with_EMAIL"] == 1


@pytest.fixture
def data(tmp_path: Path) -> Path:
    row = {
        "text": "Here's my SSN: 460-89-9847",
        "spans": [{"entity_type": "US_SSN", "start_position": 15, "end_position": 26}],
    }
    (tmp_path / "pii").mkdir()
    (tmp_path / "pii" / "other.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["evals", "pii", "--data", str(data), "--out", str(data)])
    main()


def test_the_last_line_is_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    run(monkeypatch, data)
    report: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["SSN"]["recall"]["value"] == report["SSN"]["precision"]["value"] == 1.0
    assert report["speed"]["median_ms"] > 0
    assert json.loads((data / "pii.json").read_text("utf-8")) == report
    assert "## SSN" in (data / "pii.md").read_text("utf-8")


def test_the_folder_itself_may_hold_the_files(data: Path) -> None:
    assert read_labelled(data / "pii") == read_labelled(data)


def test_a_broken_row_is_named(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    path = data / "pii" / "other.jsonl"
    path.write_text('{"text": "a", "spans": [{"entity_type": "X"}]}\n', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"other\.jsonl, row 1: 'start_position'"):
        run(monkeypatch, data)


def test_an_empty_folder_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="lies here"):
        run(monkeypatch, tmp_path)
