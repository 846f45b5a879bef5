"""A replay: what is measured, what is said of it, and the page."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evals import replay as command
from evals.__main__ import main
from evals.errors import DataInvalid
from evals.replay_judge import judge
from evals.replay_measures import confusion, exact_share, measures, risk_coverage
from evals.replay_page import read_learning, replay_page
from evals.replay_plots import confusion_matrix
from evals.replay_rows import Row, read_rows
from evals.replay_run import Record, Route
from evals.replay_words import headline
from local.postgres.embedded import EmbeddedPostgres, free_port
from services.contracts import Evidence, Spent, Usage
from tests.evals.replay_samples import record

GOLDEN = Path("evals/golden/larkspur.jsonl")
KNOWLEDGE = Path("local/knowledge")


def report_of(records: list[Record], **more: Any) -> dict[str, Any]:
    base = {
        "dataset": "d",
        "tickets": len(records),
        "configuration": "as it is",
        "made": "today",
        "unused_columns": [],
        "file_of_all": "all.json",
        "seconds": 1.0,
        "command": "python -m evals replay",
        "lift": None,
    }
    return base | measures(records) | more


def some() -> list[Record]:
    """Three right, one wrong, one to review, one stopped by a rule that must not be sent."""
    marked = Row(6, "I will sue you", category="account", must_not_send=True)
    may = [
        Row(n, "Secret words of a customer", category="billing", must_say=("x",)) for n in (1, 2)
    ]
    return [
        record(row=may[0], probability=0.99),
        record(row=may[1], probability=0.98),
        record(row=Row(3, "s", category="billing", must_not_send=False), probability=0.97),
        record(
            row=Row(4, "Secret words", category="billing", must_say=("x",)),
            right=False,
            probability=0.8,
        ),
        record(
            row=Row(5, "s", category="billing", must_say=("x",)),
            route=Route.REVIEW,
            probability=0.7,
            blockers=["below_threshold"],
            category="general",
        ),
        record(row=marked, route=Route.HUMAN, stopped=True, category="account"),
    ]


def test_the_interval_is_exact() -> None:
    assert exact_share(0, 10) == {"value": 0.0, "low": 0.0, "high": 0.3085, "rows": 10}
    assert exact_share(1, 10) == {"value": 0.1, "low": 0.0025, "high": 0.445, "rows": 10}
    assert exact_share(0, 0)["value"] is None


def test_what_is_measured() -> None:
    found = measures(some())
    assert found["routes"]["sent"]["value"] == pytest.approx(4 / 6, abs=1e-4)
    assert found["sending"]["wrong_among_sent"]["value"] == 0.25
    assert found["sending"]["wrong_among_sent"]["rows"] == 4
    assert found["sending"]["must_not_send_sent"] == exact_share(0, 1)
    assert found["sending"]["answerable_sent_right"] == exact_share(3, 5)
    assert found["classification"]["category_accuracy"] == exact_share(5, 6)
    assert found["rules"] == {"below_threshold": 1}


def test_what_searching_cost_is_in_the_cost() -> None:
    searched = record(cost=0.01)
    spent = Spent(usage=Usage(input_tokens=5, output_tokens=3), cost_usd=0.02)
    searched.evidence = Evidence(
        documents=[], corrections=[], corrections_in_category=0, embedding_model="m", spent=spent
    )
    assert searched.cost_usd == pytest.approx(0.03)
    cost = measures([searched, record(2)])["cost"]
    assert (cost["usd"], cost["usd_per_ticket"]) == (0.03, 0.015)
    assert (cost["input_tokens"], cost["output_tokens"]) == (25, 3)


def test_unjudged_replies_count_as_sent_only() -> None:
    records = [record(row=Row(1, "a"), right=None), record(row=Row(2, "b"), right=None)]
    found = measures(records)
    assert found["routes"]["sent"]["value"] == 1.0
    assert found["sending"]["wrong_among_sent"]["rows"] == 0
    assert found["sending"]["sent_unjudged"] == 2
    assert found["risk_coverage"] is None
    assert "labels do not say" in " ".join(words for words, _ in headline(report_of(records)))


def test_risk_and_coverage_counts_only_what_a_threshold_can_change() -> None:
    kept = record(
        row=Row(7, "s", must_say=("x",)), route=Route.REVIEW, blockers=["promise"], probability=1.0
    )
    found = risk_coverage([*some(), kept])
    assert found is not None
    assert [(p["sent"], p["wrong"]) for p in found["points"]] == [
        (1, 0), (2, 0), (3, 0), (4, 1), (5, 1),
    ]  # fmt: skip
    assert found["tickets"] == 7
    assert found["now"]["coverage"] == pytest.approx(4 / 7, abs=1e-4)


async def test_replies_are_judged_by_the_firmest_label() -> None:
    rows = {
        "marked": Row(1, "b", must_not_send=True, must_say=("do that",)),
        "says": Row(2, "b", must_say=("DO  that",)),
        "silent": Row(3, "b", must_say=("do that", "never said")),
        "quotes": Row(4, "b", expected_source=("returns", "refunds")),
        "elsewhere": Row(5, "b", expected_source=("returns",)),
        "alike": Row(6, "b", resolution="You may do that."),
        "different": Row(7, "b", resolution="The parcel arrives on Monday."),
        "other_numbers": Row(8, "b", resolution="You can do that within 30 days."),
        "allowed": Row(9, "b", must_not_send=False),
        "unknown": Row(10, "b"),
    }
    records = {name: record(row=row, right=None) for name, row in rows.items()}
    await judge(list(records.values()))
    assert {name: found.right for name, found in records.items()} == {
        "marked": False,
        "says": True,
        "silent": False,
        "quotes": True,
        "elsewhere": False,
        "alike": True,
        "different": False,
        "other_numbers": False,
        "allowed": True,
        "unknown": None,
    }


def test_many_labels_are_drawn_together() -> None:
    pairs = [(f"c{n}", f"c{n}") for n in range(30) for _ in range(30 - n)] + [("c0", "c29")]
    matrix = confusion_matrix(confusion(pairs))
    assert matrix is not None
    assert matrix.labels[-1] == "(others)"
    assert len(matrix.labels) == 12
    assert sum(cell.count for cell in matrix.cells) == len(pairs)


class Page(HTMLParser):
    """Balanced, and fetching nothing."""

    open_tags: list[str]
    fetched: list[str]
    headings: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.open_tags, self.fetched, self.headings = [], [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [str(value) for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "line", "circle", "rect", "polyline", "polygon"}:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_data(self, data: str) -> None:
        if self.open_tags and self.open_tags[-1] in {"h1", "h3", "span"}:
            self.headings.append(data.strip())


def test_the_page_stands_alone_and_keeps_texts_to_itself(tmp_path: Path) -> None:
    learning = tmp_path / "learning.json"
    points = [
        {"n": n, "sent": 0.1, "wrong": wrong, "wrong_low": 0, "wrong_high": 0.1, "ms_per_ticket": 2}
        for n, wrong in ((0, None), (200, 0.05))
    ]
    learning.write_text(json.dumps({"dataset": "banking77", "points": points}), "utf-8")
    records = some()
    html = replay_page(report_of(records), records, learning, show_text=False)
    page = Page()
    page.feed(html)
    assert page.open_tags == []
    assert page.fetched == []
    assert "default-src 'none'" in html
    assert "Secret words" not in html
    assert "Of 6 tickets, 4 would have been answered without a human (67 %)." in page.headings
    for title in ("Confusion matrix", "Risk and coverage", "Reliability"):
        assert title in page.headings
    assert "Learning curve: banking77" in page.headings
    shown = replay_page(report_of(records), records, learning, show_text=True)
    assert "Secret words" in shown


def test_texts_are_escaped_on_the_page(tmp_path: Path) -> None:
    row = Row(1, "<script>alert(1)</script>", category="billing", must_say=("x",))
    records = [record(row=row, right=False)]
    html = replay_page(report_of(records), records, tmp_path / "none", show_text=True)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "No learning curve" in html


def test_learning_curves_of_several_sets(tmp_path: Path) -> None:
    path = tmp_path / "learning.json"
    point = {"n": 5, "sent": 0.1, "wrong": 0.0}
    path.write_text(json.dumps({"a": {"points": [point]}, "b": {"points": "no"}}), "utf-8")
    assert read_learning(path) == {"a": [point]}
    path.write_text("broken", "utf-8")
    assert read_learning(path) == {}


def test_steps_elsewhere_are_named_rightly() -> None:
    assert command.step_urls(["draft=http://h:1/"], everything=False) == {"draft": "http://h:1"}
    with pytest.raises(DataInvalid, match=r"--url ledger=http://h: write STEP"):
        command.step_urls(["ledger=http://h"], everything=False)


def test_the_golden_set_is_sound() -> None:
    data = read_rows(GOLDEN)
    marked = [row for row in data.rows if row.must_not_send]
    assert len(data.rows) >= 100
    assert len({row.language for row in marked}) >= 5
    assert data.unused == ()
    articles = {path.stem: " ".join(path.read_text("utf-8").split()).casefold()
                for path in KNOWLEDGE.glob("*.md")}  # fmt: skip
    for row in data.rows:
        for phrase in row.must_say:
            texts = [articles[source] for source in row.expected_source]
            assert any(phrase.casefold() in text for text in texts), (row.id, phrase)
    known = (KNOWLEDGE / "corrections.yaml", Path("local/demo/tickets.yaml"))
    taught = " ".join(" ".join(path.read_text("utf-8").split()) for path in known)
    for path in Path("services/classify/local/data").glob("*.csv"):
        taught += path.read_text("utf-8")
    for row in data.rows:
        assert not row.body or row.body not in taught, row.id


@pytest.fixture
def shared_server(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def server() -> Iterator[EmbeddedPostgres]:
        yield postgres

    monkeypatch.setattr(command, "throwaway_postgres", server)


@pytest.mark.usefixtures("shared_server")
def test_the_whole_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    (knowledge / "battery.md").write_text(
        "---\nid: battery\ntitle: Battery of the Sprig\ncategory: technical\n---\n\n# Battery\n\n"
        "A Sprig runs on one CR2450 coin cell, which lasts about 12 months.\n",
        "utf-8",
    )
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(
        "body,category,language,must_not_send,expected_source\n"
        "Which battery does the Sprig run on and how long does it last?,technical,en,no,battery\n"
        "My lawyer will sue you over this battery.,technical,en,yes,\n",
        "utf-8",
    )
    arguments = ["evals", "replay", "--data", str(tickets), "--knowledge", str(knowledge)]
    monkeypatch.setattr(sys, "argv", [*arguments, "--out", str(tmp_path / "out")])
    main()
    output = capsys.readouterr().out
    last = json.loads(output.splitlines()[-1])
    assert last["tickets"] == 2
    assert last["failures"] == {}
    assert last["sending"]["must_not_send_sent"] == exact_share(0, 1)
    assert last["sources"]["found"]["value"] == 1.0
    full = (tmp_path / "out" / "replay-tickets.json").read_text("utf-8")
    page = (tmp_path / "out" / "replay-tickets.html").read_text("utf-8")
    assert [each["row"] for each in json.loads(full)["tickets_each"]] == [2, 3]
    for written in (output, full, page):
        assert "sue you" not in written


def test_wrong_input_ends_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text("subject\nhello\n", "utf-8")
    monkeypatch.setattr(sys, "argv", ["evals", "replay", "--data", str(tickets)])
    with pytest.raises(SystemExit, match=r"Cannot replay: .*tickets\.csv, row 1: no column 'body'"):
        main()


def test_a_step_that_is_away_is_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text("body\nhello\n", "utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    arguments = ["evals", "replay", "--data", str(tickets), "--url", f"draft={url}"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match=f"Cannot replay: draft does not answer at {url}"):
        main()
