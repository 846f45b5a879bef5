"""What the injection model was trained on may ship, is listed, and is the same each time."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from services.rules.injection_artefact import ARTEFACT, load
from services.rules.injection_templates import FOLDER, make
from services.rules.injection_train import DATA, MADE, training_rows
from services.rules.injection_training import fold_of

ALLOWED = {"CC-BY-4.0", "CC-BY-3.0", "CDLA-Sharing-1.0", "MIT", "Apache-2.0"}
OWN = "written for this project"
EVALUATION = Path("../shared/data")
WORDS = 12
"""Stock phrases are shorter."""


def listed() -> dict[str, tuple[str, str]]:
    """Each file that the data's README names, with its source and licence."""
    table: dict[str, tuple[str, str]] = {}
    for line in (DATA / "README.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and "`" in cells[0]:
            table |= {name: (cells[2], cells[3]) for name in re.findall(r"`([^`]+)`", cells[0])}
    return table


def test_every_file_is_listed_with_a_licence_that_allows_shipping() -> None:
    there = {str(path.relative_to(DATA)) for path in DATA.rglob("*.*") if path.name != "README.md"}
    assert set(listed()) == there
    assert {licence.split(",")[0] for _, licence in listed().values()} <= ALLOWED


def test_what_others_made_is_in_the_notice() -> None:
    notice = Path("NOTICE").read_text("utf-8")
    foreign = [name for name, (source, _) in listed().items() if OWN not in source]
    assert foreign
    assert [name for name in foreign if name not in notice] == []


@pytest.mark.parametrize("name", sorted(MADE))
def test_templates_use_only_slots_that_exist_and_leave_none_open(name: str) -> None:
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    phrases = [p for part in ("slots", "kinds") for many in content[part].values() for p in many]
    assert all(isinstance(phrase, str) for phrase in phrases)
    used = {slot for phrase in phrases for slot in re.findall(r"\{(\w+)\}", phrase)}
    assert used <= set(content["slots"])
    assert not [made.text for made in make(name, 2) if re.search(r"\{\w+\}", made.text)]


def test_templates_make_the_same_texts_each_time() -> None:
    assert list(make("errands", 3)) == list(make("errands", 3))
    assert set(MADE) == {path.stem for path in FOLDER.glob("*.yaml")}


def test_texts_of_one_attack_are_held_out_together() -> None:
    with (DATA / "deepset.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["label"] == "1"]
    assert all(row["group"] for row in rows)
    folds: dict[str, set[int]] = {}
    for row in training_rows():
        if row.group:
            folds.setdefault(row.group, set()).add(row.fold)
    assert all(len(found) == 1 for found in folds.values())
    english = next(
        row["group"] for row in rows if row["text"].startswith("Pretend you are an evil")
    )
    german = next(
        row["group"] for row in rows if row["text"].startswith("Stell dir vor, du bist ei")
    )
    assert english == german


def test_the_shipped_model_was_trained_on_these_rows() -> None:
    artefact = load(ARTEFACT)
    assert artefact.rows == len(training_rows())
    assert len(artefact.folds) == len({fold_of(str(n)) for n in range(200)})


def own_phrases() -> Iterator[str]:
    """What was written for this project: rows, and template phrases between their slots."""
    for name in ("attacks", "ordinary"):
        with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            yield from (row["text"] for row in csv.DictReader(lines))
    for path in FOLDER.glob("*.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        for part in ("slots", "kinds"):
            for phrases in content[part].values():
                yield from (piece for p in phrases for piece in re.split(r"\{\w+\}", p))


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + WORDS]) for i in range(len(words) - WORDS + 1)}


@pytest.mark.skipif(not EVALUATION.is_dir(), reason="the evaluation data are not here")
def test_nothing_of_ours_was_copied_from_what_it_is_measured_on() -> None:
    with (EVALUATION / "injection" / "direct.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    path = EVALUATION / "tickets" / "multilingual.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        texts += [f"{row['subject']} {row['body']}" for row in csv.DictReader(lines)]
    measured_on = {run for text in texts for run in runs(text)}
    assert len(measured_on) > 10_000
    assert [phrase for phrase in own_phrases() if runs(phrase) & measured_on] == []
