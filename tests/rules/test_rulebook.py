"""The data files: mistakes are refused at start, with the entry's name."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.contracts.policies import PolicyValues
from services.rules.calibration import load_prior
from services.rules.errors import RulesFileError
from services.rules.policies import load_presets
from services.rules.rulebook import load_rulebook

RULES = Path("config/rules/default.yaml")
PRESETS = Path("config/rules/presets")
PRIOR = Path("config/rules/prior.json")


def _changed(tmp_path: Path, change: Any) -> Path:
    data = yaml.safe_load(RULES.read_text())
    change(data)
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True))
    return path


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d.update(versoin=1), "versoin"),
        (lambda d: d["ticket_words"]["legal"].update(urgency="urgent"), "legal.urgency"),
        (lambda d: d["ticket_words"]["legal"].update(rule="legals"), "legal.rule"),
        (lambda d: d["ticket_words"]["legal"]["words"].update(xx=["a"]), "legal.words.xx"),
        (lambda d: d["ticket_words"]["legal"]["words"]["en"].append(True), "legal.words.en"),
        (lambda d: d["ticket_words"]["legal"]["words"]["en"].append("... x"), "'... x'"),
        (lambda d: d["ticket_words"]["legal"]["words"]["en"].append("a {nobody}"), "nobody"),
        (lambda d: d["ticket_words"]["legal"].update(words={}), "legal.words: holds no phrase"),
        (lambda d: d["injection"]["patterns"]["change_role"].update(weight=7), "weight"),
        (lambda d: d.pop("promises"), "promises"),
        (lambda d: d.update(claims={}), "claims.units"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, change: Any, named: str) -> None:
    path = _changed(tmp_path, change)
    with pytest.raises(RulesFileError, match=r"rules\.yaml") as error:
        load_rulebook(path)
    assert named in str(error.value)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("version: 1\nversion: 1\n", "line 2: 'version' is there twice"),
        ("a: [1\n", "line 2"),
        ("- x\n", "the file"),
    ],
)
def test_broken_yaml_is_named(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(RulesFileError) as error:
        load_rulebook(path)
    assert named in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesFileError, match=r"gone\.yaml"):
        load_rulebook(tmp_path / "gone.yaml")


def test_balanced_is_what_the_design_says() -> None:
    preset = load_presets(PRESETS)["balanced"]
    assert preset.values_for("shipping") == PolicyValues()
    assert preset.values_for("billing").send_threshold == 0.90
    general = preset.values_for("general")
    assert (general.send_threshold, general.review_threshold) == (0.75, 0.65)
    assert (general.cold_start_threshold, general.cold_start_corrections) == (0.85, 50)


def test_strict_is_what_the_design_says() -> None:
    preset = load_presets(PRESETS)["strict"]
    assert preset.values_for("billing").always_human
    assert preset.values_for("account").always_human
    assert not preset.values_for("shipping").always_human
    assert preset.values_for("shipping").human_from_urgency == "high"
    assert preset.values_for("shipping").repeat_ask_limit == 2


def test_draft_first_is_what_the_design_says() -> None:
    values = load_presets(PRESETS)["draft-first"].values_for("general")
    assert values.draft_until_approved == 100
    assert values.send_up_to_urgency == "low"


@pytest.mark.parametrize("preset", ["balanced", "strict", "draft-first"])
def test_what_holds_in_every_preset(preset: str) -> None:
    for category in ("account", "billing", "shipping", "technical", "general"):
        values = load_presets(PRESETS)[preset].values_for(category)
        assert values.max_turns == 5
        assert values.answer_replies is False


def test_a_wrong_preset_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "meaning: x\nevery_category: {}\ncategories: {billing: {send_treshold: 0.9}}\n"
    )
    with pytest.raises(RulesFileError, match="send_treshold"):
        load_presets(tmp_path)


def test_no_preset_at_all(tmp_path: Path) -> None:
    with pytest.raises(RulesFileError, match="holds no preset"):
        load_presets(tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["weights"].pop("coverage"), "coverage"),
        (lambda d: d["similarity_scales"].pop("default"), "default"),
        (lambda d: d["similarity_scales"]["default"].update(document=[0.9, 0.1]), "smaller"),
        (lambda d: d.update(intercept="x"), "intercept"),
    ],
)
def test_a_wrong_prior_is_named(tmp_path: Path, change: Any, named: str) -> None:
    data = json.loads(PRIOR.read_text())
    change(data)
    path = tmp_path / "prior.json"
    path.write_text(json.dumps(data))
    with pytest.raises(RulesFileError, match=r"prior\.json") as error:
        load_prior(path)
    assert named in str(error.value)


def test_broken_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "prior.json").write_text("{")
    with pytest.raises(RulesFileError, match=r"prior\.json"):
        load_prior(tmp_path / "prior.json")
