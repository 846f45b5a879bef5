"""What the machine says is put into the words of the people who read it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.console import charts, highlight, words
from services.contracts import Effect, Reason, Rule

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (85, "85 s"), (300, "5 min"), (7200, "2 h"), (400000, "5 days")],
)
def test_waiting_is_a_length_not_a_moment(seconds: int, said: str) -> None:
    assert words.waited(NOW - timedelta(seconds=seconds), NOW) == said


def test_what_came_with_the_database_was_set_by_nobody() -> None:
    assert words.who("migration") == "nobody yet, as delivered"
    assert words.who("maya") == "maya"


def test_every_rule_has_a_title() -> None:
    assert {rule.value for rule in Rule} <= set(words.REASONS)


@pytest.mark.parametrize(("highest", "top"), [(0, 2), (2, 2), (5, 6), (46, 60), (61, 100)])
def test_axis_ends_little_above_the_highest_column(highest: int, top: int) -> None:
    assert charts.nice_top(highest) == top


def test_articles_are_shown_without_the_signs_of_markdown() -> None:
    text = "# Returns\n\nYou have 30 days.\n## Labels #1\nPrint one."
    found = highlight.mark(text, [highlight.find(text, "You have 30 days.") or (0, 0)])
    assert [(each.text, each.marked) for each in found] == [
        ("Returns\n\n", False),
        ("You have 30 days.", True),
        ("\nLabels #1\nPrint one.", False),
    ]


def test_what_one_rule_found_is_said_under_one_title() -> None:
    reasons = [
        Reason(
            rule="high_urgency", detail="“melted”. At least critical.", effect=Effect.RAISE_URGENCY
        ),
        Reason(rule="frustrated_customer", detail="Upset.", effect=Effect.REQUIRE_HUMAN),
        Reason(rule="prompt_injection", detail="Pattern.", effect=Effect.NOTE),
        Reason(rule="prompt_injection", detail="Attempt.", effect=Effect.REQUIRE_HUMAN),
        Reason(rule="high_urgency", detail="“melted”.", effect=Effect.REQUIRE_HUMAN),
        Reason(rule="high_urgency", detail="Urgency critical.", effect=Effect.REQUIRE_HUMAN),
    ]
    found = [(one.title, one.effect, one.details) for one in words.merged(reasons)]
    assert found == [
        ("It is urgent", "require_human", ["“melted”. At least critical.", "Urgency critical."]),
        ("The customer is upset", "require_human", ["Upset."]),
        (words.REASONS["prompt_injection"], "require_human", ["Pattern.", "Attempt."]),
    ]
