"""The retrieval evaluation through the real steps and a real PostgreSQL."""

import json
import sys
from pathlib import Path

import pytest

from evals.__main__ import main

ENTRIES = {
    "How do I reset my password?": (
        "Open the sign-in page and choose Forgot password. The link is valid for one hour.",
        "I forgot my password, how do I get a new one?",
    ),
    "How long does delivery take?": (
        "Parcels arrive within three to five working days.",
        "When will my parcel arrive?",
    ),
    "How do I cancel my subscription?": (
        "Choose Cancel under Settings, Subscription. It ends with the month you paid for.",
        "I want to stop my plan",
    ),
    "Which battery does the sensor need?": (
        "The sensor takes one CR2477 cell, which lasts about a year.",
        "what battery do I have to buy",
    ),
}


def test_a_small_faq(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        {"question": question, "answer": [answer], "rephr": [paraphrase, "*"]}
        for question, (answer, paraphrase) in ENTRIES.items()
    ]
    folder = tmp_path / "retrieval"
    folder.mkdir()
    content = json.dumps({"root": {"qapair": entries}})
    (folder / "stackexchange_faq.json").write_text(content, encoding="utf-8")
    arguments = ["evals", "retrieval", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    measured = report["stackexchange_faq"]
    assert measured["rows"] == 4
    assert measured["recall_at_1"]["value"] == 1.0
    assert measured["unanswerable_not_sent"]["rows"] == 2
    assert measured["answerable_drafted"]["rows"] == 2
