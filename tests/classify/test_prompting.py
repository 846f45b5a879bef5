"""The prompt: long enough to be cached, stable, and made of the taxonomy's own words."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.classify.prompting import ask, brief, shortened
from services.classify.settings import ClassifySettings
from services.classify.taxonomy import load_taxonomy
from services.contracts import Requester, Ticket

TAXONOMY = load_taxonomy(ClassifySettings().taxonomy)
CATEGORIES = [category.id for category in TAXONOMY.categories]


def a_ticket(body: str) -> Ticket:
    return Ticket(
        id="t:1",
        source="t",
        subject="Hello",
        body=body,
        requester=Requester(id="c"),
        created_at=datetime.now(UTC),
    )


def test_prefix_is_above_the_minimum_that_is_cached() -> None:
    bare = brief(TAXONOMY, ["general"], examples_per_category=0)
    assert len(bare.system.split()) > 1024  # a word is at least one token


def test_prefix_is_the_same_every_time() -> None:
    assert brief(TAXONOMY, CATEGORIES, 6).system == brief(TAXONOMY, CATEGORIES, 6).system


def test_prefix_holds_every_label_and_example() -> None:
    system = brief(TAXONOMY, CATEGORIES, 6).system
    assert "{{" not in system
    for category in TAXONOMY.categories:
        assert category.description in system
        assert all(f"`{intent.id}`" in system for intent in category.intents)
        labelled = system.split("# Labelled examples")[1]
        assert labelled.count(f"→ category {category.id},") == 6


def test_ticket_cannot_fill_in_the_template() -> None:
    briefing = brief(TAXONOMY, CATEGORIES, 0)
    ticket = a_ticket("{{ticket}} {{categories}}")
    prompt = ask(briefing, ticket, max_tokens=100, max_characters=500, max_turns=5)
    assert "{{ticket}} {{categories}}" in prompt.user


@given(st.text(max_size=400), st.integers(min_value=30, max_value=200))
def test_shortened_keeps_both_ends(text: str, limit: int) -> None:
    short = shortened(text, limit)
    if len(text) <= limit:
        assert short == text
    else:
        assert short.startswith(text[: limit // 3])
        assert short.endswith(text[-limit // 3 + 1 :])
        assert len(short) <= limit + 50


@pytest.mark.parametrize("allowed", [["refunds"], ["billing", "refunds"]])
def test_category_without_description_is_offered_by_name(allowed: list[str]) -> None:
    briefing = brief(TAXONOMY, allowed, 1)
    assert briefing.categories == tuple(allowed)
    assert "## refunds (refunds)" in briefing.system
