"""The gate: a worse configuration is found worse, an equal one cannot be told apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals import gate
from evals.errors import DataInvalid
from evals.gate_compare import (
    Verdict,
    compare,
    holm,
    mcnemar,
    more_wrong,
    overall,
    tickets_needed,
)
from evals.gate_config import check_categories, policy_of, read_configuration
from evals.gate_words import changes, differing, headline, lines
from evals.replay_rows import Row, Rows, read_rows
from evals.replay_run import Record, Route
from evals.replay_system import KNOWLEDGE, Knowledge, read_knowledge
from local.postgres.embedded import EmbeddedPostgres
from tests.evals.replay_samples import record

RECKLESS = """
POLICY_SEND_THRESHOLD=0
POLICY_REVIEW_THRESHOLD=0
POLICY_COLD_START_THRESHOLD=0
POLICY_MIN_CONFIDENCE=0
DRAFT_LOCAL_MINIMUM_EVIDENCE=0
"""


def side(fates: str, costs: float = 0.0, category: str = "billing") -> list[Record]:
    """A replay: r sent and right, w sent and wrong, h to a human."""
    return [
        record(
            number,
            route=Route.HUMAN if fate == "h" else Route.SENT,
            right=fate != "w",
            cost=costs,
            category=category,
        )
        for number, fate in enumerate(fates, 1)
    ]


def written(folder: Path, text: str) -> Path:
    path = folder / "b.env"
    path.write_text(text, "utf-8")
    return path


def test_the_tests_are_the_textbooks() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 6) == pytest.approx(0.03125)
    assert mcnemar(10, 2) == pytest.approx(0.03857, abs=1e-5)
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    # Connor's formula; 10 of 100 differ, 8 to 2
    assert tickets_needed(2, 8, 100) == 216
    assert tickets_needed(0, 0, 100) == 391


def test_more_wrong_replies_are_worse() -> None:
    compared = compare(side("r" * 20 + "h" * 10), side("r" * 20 + "w" * 8 + "h" * 2))
    assert overall(compared) is Verdict.WORSE
    wrong = compared[0]
    assert (wrong.only_a, wrong.only_b, wrong.verdict) == (0, 8, Verdict.WORSE)
    assert "8 wrong replies that A does not send" in headline(Verdict.WORSE, compared, [])
    # sending as such is better; only an acceptance beforehand lets it pass
    assert compared[1].verdict is Verdict.BETTER
    assert overall(compared, ["wrong"]) is Verdict.BETTER


def test_nothing_is_better_while_more_wrong_replies_get_out() -> None:
    compared = compare(side("r" * 10 + "h" * 20), side("r" * 26 + "w" * 4))
    assert compared[0].verdict is Verdict.CANNOT_TELL
    assert more_wrong(compared)
    assert overall(compared) is Verdict.CANNOT_TELL
    said = headline(Verdict.CANNOT_TELL, compared, [])
    assert "also sends 4 wrong replies" in said
    assert str(compared[0].tickets_needed) in said


def test_more_right_replies_are_better_and_fewer_are_worse() -> None:
    few, many = side("r" * 10 + "h" * 20), side("r" * 25 + "h" * 5)
    assert overall(compare(few, many)) is Verdict.BETTER
    back = compare(many, few)
    assert overall(back) is Verdict.WORSE
    assert overall(back, ["sent"]) is Verdict.CANNOT_TELL


def test_the_same_twice_cannot_be_told() -> None:
    compared = compare(side("rwh" * 20), side("rwh" * 20))
    assert overall(compared) is Verdict.CANNOT_TELL
    assert all(each.p == 1.0 for each in compared)
    said = headline(Verdict.CANNOT_TELL, compared, [])
    assert "did the same on all 60 tickets; about 391 would show a difference of 2 %" in said


def test_a_worse_classifier_is_worse() -> None:
    compared = compare(side("r" * 20), side("r" * 20, category="general"))
    assert [each.key for each in compared if each.verdict is Verdict.WORSE] == ["category"]


def test_cost_counts_where_it_differs_enough() -> None:
    a = side("r" * 30, costs=0.010)
    assert overall(compare(a, side("r" * 30, costs=0.0102))) is Verdict.CANNOT_TELL
    dearer = compare(a, side("r" * 30, costs=0.02))
    assert overall(dearer) is Verdict.WORSE
    assert "$0.02000 instead of $0.01000" in headline(Verdict.WORSE, dearer, [])
    assert overall(compare(side("r" * 30, costs=0.02), a)) is Verdict.BETTER
    assert [each.key for each in compare(side("r"), side("r"))] == ["wrong", "sent", "category"]


def test_only_the_same_rows_are_compared() -> None:
    with pytest.raises(ValueError, match="same rows"):
        compare(side("rr"), side("r"))


def test_changed_tickets_come_worst_first() -> None:
    changed = changes(side("hrr"), side("rwr"))
    assert [(each["row"], each["a"], each["b"]) for each in changed] == [
        (2, "sent, right", "sent, wrong: "),
        (1, "to a human", "sent, right"),
    ]


def test_settings_of_a_side(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "DRAFT_PROVIDER=local\nDESKLOOP_DATABASE_URL=postgresql://x\nLEDGER_CONCURRENCY=3\n"
        "N8N_CORRECTIONS=7\nPOLICY_PRESET=strict\nPOLICY_SEND_THRESHOLD=0.9\n"
        "POLICY_BILLING__ALWAYS_HUMAN=false\nANTHROPIC_API_KEY=very-secret\n",
    )
    found = read_configuration(path)
    assert dict(found.environment) == {
        "DRAFT_PROVIDER": "local",
        "ANTHROPIC_API_KEY": "very-secret",
    }
    assert found.workflow.corrections == 7
    assert found.policies.preset == "strict"
    now = {"always_human": True, "send_threshold": 0.75}
    assert policy_of(found.policies, "account", now).always_human
    billing = policy_of(found.policies, "billing", now)
    assert (billing.always_human, billing.send_threshold) == (False, 0.9)
    shown = differing(read_configuration(None), found)
    assert ("N8N_CORRECTIONS", "3", "7") in shown
    assert "very-secret" not in str(shown)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("RULES_FLIE=x\n", r"b\.env: there is no setting RULES_FLIE; did you mean RULES_FILE\?"),
        ("POLICY_SEND_TRESHOLD=1\n", r"no setting POLICY_SEND_TRESHOLD; .*POLICY_SEND_THRESHOLD"),
        ("N8N_DOCUMENTS=many\n", r"N8N_DOCUMENTS: .*integer"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DataInvalid, match=says):
        read_configuration(written(tmp_path, text))


def test_wrong_policies_are_named(tmp_path: Path) -> None:
    text = "POLICY_SEND_THRESHOLD=7\nPOLICY_SPORT__MODE=draft\n"
    policies = read_configuration(written(tmp_path, text)).policies
    with pytest.raises(DataInvalid, match=r"POLICY_SEND_THRESHOLD, category billing: .*equal to 1"):
        policy_of(policies, "billing", {})
    with pytest.raises(DataInvalid, match=r"no category 'sport'; there are: billing"):
        check_categories(policies, ["billing"])


def test_wrong_input_leaves_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        gate.main(["--b", str(tmp_path / "none.env")])
    assert left.value.code == 2
    assert "none.env: there is no such file of settings" in capsys.readouterr().err


@pytest.mark.parametrize(("verdict", "code"), [("worse", 1), ("better", 0), ("cannot_tell", 0)])
def test_the_exit_code_is_the_verdict(
    verdict: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def ran(_: Any) -> tuple[dict[str, Any], str]:
        return {"verdict": verdict, "headline": "h", "words": [], "changes": []}, "<html>"

    monkeypatch.setattr(gate, "_run", ran)
    with pytest.raises(SystemExit) as left:
        gate.main(["--b", "b.env", "--out", str(tmp_path)])
    assert left.value.code == code
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["verdict"] == verdict
    assert json.loads((tmp_path / "gate.json").read_text("utf-8"))["verdict"] == verdict


def golden(*names: str) -> Rows:
    """Some of the golden set: those named, and all that no article answers."""
    data = read_rows(gate.GOLDEN)
    kept = [row for row in data.rows if row.id in names or row.id.startswith("unanswerable-")]
    return Rows(data.path, tuple(_without_source(row) for row in kept))


def _without_source(row: Row) -> Row:
    return Row(**{**row.__dict__, "expected_source": ()})


async def test_a_reckless_configuration_is_worse_and_an_equal_one_cannot_be_told(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    articles = ("refunds", "two-step-verification", "delete-your-account", "sprig-battery")
    known = read_knowledge(KNOWLEDGE)
    knowledge = Knowledge(known.folder, tuple(a for a in known.articles if a.id in articles), ())
    data = golden("answer-010", "answer-067", "case-07", "case-11", "case-12")
    as_it_is = read_configuration(None)
    reckless = read_configuration(written(tmp_path, RECKLESS))
    a, again, b = await gate.replay_all(postgres, data, knowledge, (as_it_is, as_it_is, reckless))

    assert all(each.failed is None for each in [*a, *again, *b])
    assert any(each.route is Route.SENT for each in a)
    equal = compare(a, again)
    assert overall(equal) is Verdict.CANNOT_TELL
    assert all(each.only_a == each.only_b == 0 for each in equal)
    compared = compare(a, b)
    assert overall(compared) is Verdict.WORSE
    assert compared[0].verdict is Verdict.WORSE
    assert compared[0].only_b >= 6
    assert lines(compared)[0]["verdict_name"] == "worse"
