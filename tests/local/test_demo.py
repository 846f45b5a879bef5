"""The demo's tickets are read strictly, and its lines say what the ledger said."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from rich.console import Console

from local.demo.customer import Filed
from local.demo.progress import Decision, Row, Rows, decision_of
from local.demo.show import LineTable, summary
from local.demo.tickets import DemoTicket, load_tickets
from services.contracts import Route


def _entry(key: str, **more: Any) -> dict[str, Any]:
    requester = {"name": "Eva", "email": "eva@example.org"}
    base = {"key": key, "kind": "answerable", "expect": "any", "requester": requester}
    return {**base, "subject": "Where is [my] order?", "body": "Hello", **more}


def _ticket(key: str = "one", **more: Any) -> DemoTicket:
    return DemoTicket.model_validate(_entry(key, **more))


def _file(tmp_path: Path, *entries: dict[str, Any]) -> Path:
    file = tmp_path / "tickets.yaml"
    file.write_text(yaml.safe_dump({"tickets": list(entries)}))
    return file


def test_shipped_tickets_are_many_and_of_every_kind() -> None:
    tickets = load_tickets()
    assert len(tickets) >= 30
    kinds = {"answerable", "legal", "angry", "injection", "other_language", "empty", "reply"}
    assert {ticket.kind for ticket in tickets} >= kinds


@pytest.mark.parametrize(
    "entries",
    [
        [_entry("one"), _entry("one")],
        [_entry("two", follows="one"), _entry("one")],
        [_entry("one", unknown="field")],
        [_entry("one", expect="magic")],
    ],
    ids=["same key", "parent after", "unknown field", "unknown expectation"],
)
def test_wrong_files_are_refused(tmp_path: Path, entries: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        load_tickets(_file(tmp_path, *entries))


def test_very_long_ticket_is_repeated_and_later_runs_have_other_customers() -> None:
    ticket = _ticket(repeat_text="abc", repeat_times=3)
    assert ticket.text == "Helloabcabcabc"
    assert ticket.email(1) == "eva@example.org"
    assert ticket.email(2) == "eva+2@example.org"


def _history(route: str, state: str = "finished") -> dict[str, Any]:
    def reason(rule: str, effect: str) -> dict[str, str]:
        return {"rule": rule, "detail": "", "effect": effect}

    reasons = [reason("cold_start", "note"), reason("legal_or_fraud", "require_human")]
    times = ("2026-11-22T10:00:00+00:00", "2026-11-22T10:00:02.5+00:00")
    turn = {"turn": 1, "state": state, "route": route, "reasons": reasons, "category": "billing"}
    decided = {"turn": 1, "kind": "decided", "probability": 0.91, "threshold": 0.9}
    turns = [{**turn, "urgency": "high", "registered_at": times[0], "finished_at": times[1]}]
    return {"turns": turns, "events": [decided]}


def test_decision_says_the_rule_that_led_to_a_human() -> None:
    decision = decision_of(_history("human"), 1)
    assert decision == Decision(Route.HUMAN, "billing", "high", "legal or fraud", 2.5)


def test_decision_says_the_evidence_of_an_automatic_answer() -> None:
    decision = decision_of(_history("auto_sent"), 1)
    assert decision
    assert decision.why == "evidence 0.91 ≥ 0.90"


def test_turn_that_is_open_or_new_has_no_decision() -> None:
    assert decision_of(_history("human", state="leased"), 1) is None
    assert decision_of(_history("human"), 2) is None


def _rows() -> Rows:
    filed = Filed(7, "/view/", "eva@example.org", "key")
    sent = Decision(Route.AUTO_SENT, "billing", "low", "evidence 0.91 ≥ 0.90", 2.5)
    must = Row(_ticket("must", expect="human"), filed, decision=sent)
    return Rows([must, Row(_ticket("open"), filed)])


def test_lines_show_brackets_in_subjects_and_what_is_undecided() -> None:
    out = io.StringIO()
    table = LineTable(Console(file=out, width=140))
    for row in _rows().rows:
        table.row(row)
    decided, undecided = out.getvalue().splitlines()
    assert "#7" in decided
    assert "Where is [my] order?" in decided
    assert "answered" in decided
    assert "2.5" in decided
    assert "no decision in time" in undecided


def test_summary_tells_of_tickets_that_should_have_reached_a_human() -> None:
    out = io.StringIO()
    Console(file=out, width=140).print(summary(_rows(), replies=1, notes=0, seconds=9))
    assert "0 of 1 did" in out.getvalue()
    assert "answered all the same: #7 Where is [my] order?" in out.getvalue()
    assert "undecided" in out.getvalue()
