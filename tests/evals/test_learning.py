"""The learning curve: what is the stream, what is unseen, what is refused, and what is said."""

import json
from pathlib import Path

import pytest

from evals import learning, learning_reliability
from evals.errors import DataInvalid
from evals.learning_data import Plan, Row, answer_of, plan, points
from evals.learning_pipeline import Answered
from evals.replay_page import read_learning
from services.contracts.advice import CalibrationReport

WORDS = ("card", "refund", "parcel", "login")


def write(path: Path, rows: list[tuple[str, str]], head: str = "text,category") -> Path:
    lines = [head, *(f'"{text}",{label}' for text, label in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tickets(count: int, first: int = 0) -> list[tuple[str, str]]:
    return [
        (f"question {n} about my {WORDS[n % 4]}", WORDS[n % 4]) for n in range(first, first + count)
    ]


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    return write(tmp_path / "stream.csv", tickets(100))


def test_another_split_is_answered_whole_and_what_both_hold_is_not_learned(
    tmp_path: Path, stream: Path
) -> None:
    data = write(tmp_path / "test.csv", [*tickets(30, first=500), *tickets(5)])
    made = plan(data, None, stream)
    assert (len(made.stream), len(made.unseen)) == (95, 35)
    assert not {row.text for row in made.stream} & {row.text for row in made.unseen}
    assert "5 rows that both files hold" in made.note


def test_the_stream_itself_is_split_and_nothing_is_on_both_sides(stream: Path) -> None:
    made = plan(stream, None, stream)
    assert (len(made.stream), len(made.unseen)) == (80, 20)
    assert not {row.text for row in made.stream} & {row.text for row in made.unseen}
    assert plan(stream, None, stream) == made


def test_what_is_out_of_scope_is_never_learned(tmp_path: Path, stream: Path) -> None:
    rows = [(f"ask {n} of {n % 3}", f"skill{n % 3}") for n in range(60)]
    odd = [("who won", "oos"), ("sing", "oos")]
    made = plan(write(tmp_path / "other.csv", rows + odd), None, stream)
    assert {row.label for row in made.stream} == {"skill0", "skill1", "skill2"}
    assert sum(not row.in_scope for row in made.unseen) == 2


def test_one_label_in_common_by_chance_makes_it_no_split_of_the_same_set(
    tmp_path: Path, stream: Path
) -> None:
    rows = [(f"ask {n} of {n % 3}", ("card", "skill1", "skill2")[n % 3]) for n in range(60)]
    made = plan(write(tmp_path / "other.csv", rows), None, stream)
    assert "No separate stream" in made.note


@pytest.mark.parametrize(
    ("rows", "head", "says"),
    [
        (
            [*tickets(8), ("what is this", "unheard")],
            "text,category",
            "row 10: unknown label 'unheard'",
        ),
        ([], "text,category", "holds no rows"),
        ([("hello", "")], "text,category", "row 2: 'category' is empty"),
        ([("", "card")], "text,category", "row 2: 'text' is empty"),
        (tickets(3), "text,topic", "no column 'category'"),
        (tickets(3), "body,category", "text"),
    ],
)
def test_wrong_input_names_the_row(
    tmp_path: Path, stream: Path, rows: list[tuple[str, str]], head: str, says: str
) -> None:
    with pytest.raises(DataInvalid, match=says):
        plan(write(tmp_path / "data.csv", rows, head), None, stream)


def test_too_few_rows_and_one_label_alone_are_refused(tmp_path: Path, stream: Path) -> None:
    few = write(tmp_path / "few.csv", tickets(10, first=900))
    with pytest.raises(
        DataInvalid, match="10 rows to learn from and 100 to answer; it takes at least 20"
    ):
        plan(stream, few, stream)
    alike = write(tmp_path / "alike.csv", [(f"ask {n}", "card") for n in range(40)])
    with pytest.raises(DataInvalid, match="all rows have the same label"):
        plan(alike, None, alike)


def test_points_end_with_all() -> None:
    assert points(10_003) == [0, 200, 500, 1000, 2000, 5000, 10_003]
    assert points(150) == [0, 150]


def test_wrong_is_another_answer_or_any_to_what_is_out_of_scope() -> None:
    rows = [Row("a", "card"), Row("b", "card"), Row("c", "oos"), Row("d", "card")]
    said = [
        Answered(True, answer_of("card"), 0.99),
        Answered(True, answer_of("refund"), 0.99),
        Answered(True, answer_of("card"), 0.99),
        Answered(False, answer_of("card"), 0.2),
    ]
    found = learning._shares(rows, said)
    assert (found["sent"], found["wrong"], found["human"]) == (0.75, 0.6667, 0.25)
    assert found["out_of_scope_sent"] == 1.0
    nothing = learning._shares(rows, [Answered(False, None, 0.0)] * 4)
    assert (nothing["sent"], nothing["wrong"], nothing["wrong_high"]) == (0.0, 0.0, 1.0)


def test_the_last_line_is_the_object_and_reports_keep_other_data_sets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    point = learning._shares([Row("a", "card")], [Answered(True, answer_of("card"), 1.0)])
    point = {"n": 5, **point, "ms_per_ticket": 9.5, "threshold": 0.97, "fit_seconds": 1.2}
    for name in ("one", "other"):
        learning.publish(Plan(name, [], [Row("a", "card")], "A note."), [point], tmp_path)
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["dataset"] == "other"
    assert list(last["points"][0]) == [
        "n", "sent", "wrong", "wrong_low", "wrong_high", "human", "ms_per_ticket"
    ]  # fmt: skip
    assert set(read_learning(tmp_path / "learning.json")) == {"one", "other"}
    text = (tmp_path / "learning.md").read_text("utf-8")
    assert "## one" in text
    assert "| 5 | 100.0% | 0.00% |" in text


def test_without_the_data_it_is_skipped_with_a_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learning.main(["--data", str(tmp_path / "absent")])
    assert "Skipped" in capsys.readouterr().out


def test_the_page_of_reliability_names_each_category() -> None:
    bins = [{"said": 0.9, "right": 0.8, "low": 0.6, "high": 0.9, "outcomes": 40}]
    groups = [
        {"category": name, "outcomes": 40, "right": 0.8, "said": 0.9, "brier": 0.1, "ece": 0.1,
         "bins": bins}
        for name in (None, "billing")
    ]  # fmt: skip
    report = CalibrationReport.model_validate(
        {
            "active": None,
            "versions": [],
            "outcomes": 40,
            "outcomes_needed": 10,
            "reliability": groups,
        }
    )
    html = learning_reliability.page(report)
    assert "promises too much" in html
    assert "All categories" in html
    assert "billing" in html
    empty = report.model_copy(update={"reliability": [], "outcomes": 0})
    assert "nothing can be said" in learning_reliability.page(empty)
