"""The demo's articles, tickets, corrections, taxonomy and guidelines are whole and agree."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
KNOWLEDGE = ROOT / "local" / "knowledge"
TAXONOMY = ROOT / "config" / "taxonomy"
GUIDELINES = ROOT / "config" / "guidelines"
CATEGORIES = {"account", "billing", "shipping", "technical", "general"}
FRONT_MATTER = {"id", "title", "category", "url", "locale", "updated"}
KINDS = {
    "answerable",
    "doubtful",
    "billing_dispute",
    "legal",
    "angry",
    "injection",
    "other_language",
    "nonsense",
    "empty",
    "very_long",
    "reply",
    "high_urgency",
    "human_requested",
    "promise_bait",
    "unanswerable",
    "repeat",
}
INTERNAL_ADDRESS = re.compile(r"\b[\w.-]+@larkspur\.example\b")
MAILBOXES = [
    "account",
    "billing",
    "complaints",
    "hello",
    "no-reply",
    "press",
    "privacy",
    "security",
    "shipping",
    "trade",
]
KNOWN_MAILBOXES = {f"{name}@larkspur.example" for name in MAILBOXES}


def read_article(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def duplicates(values: Sequence[str]) -> set[str]:
    return {value for value in values if values.count(value) > 1}


ARTICLES = {path: read_article(path) for path in sorted(KNOWLEDGE.glob("*.md"))}
TICKETS = read_yaml(ROOT / "local" / "demo" / "tickets.yaml")["tickets"]
CORRECTIONS = read_yaml(KNOWLEDGE / "corrections.yaml")["corrections"]
DEFAULT_TAXONOMY = read_yaml(TAXONOMY / "default.yaml")


def read_examples() -> list[dict[str, str]]:
    with (TAXONOMY / "examples.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ids(entries: Sequence[dict[str, Any]]) -> list[str]:
    return [entry["id"] for entry in entries]


def test_enough_articles_in_each_category() -> None:
    assert len(ARTICLES) >= 44
    for category in CATEGORIES:
        assert sum(head["category"] == category for head, _ in ARTICLES.values()) >= 5


@pytest.mark.parametrize("path", list(ARTICLES), ids=lambda path: path.stem)
def test_article_is_complete(path: Path) -> None:
    head, body = ARTICLES[path]
    assert set(head) == FRONT_MATTER
    assert head["id"] == path.stem
    assert head["url"] == f"https://help.larkspur.example/articles/{path.stem}"
    assert head["category"] in CATEGORIES
    assert head["locale"] in {"en", "de", "fr"}
    assert 150 <= len(body.split()) <= 750
    assert body.count("\n## ") >= 3


@pytest.mark.parametrize("path", list(ARTICLES), ids=lambda path: path.stem)
def test_article_can_be_quoted_sentence_by_sentence(path: Path) -> None:
    _, body = ARTICLES[path]
    assert not re.search(r"\b(see above|as mentioned|click here|the following table)\b", body, re.I)
    assert set(INTERNAL_ADDRESS.findall(body)) <= KNOWN_MAILBOXES


def test_articles_are_not_the_same() -> None:
    assert not duplicates([head["title"] for head, _ in ARTICLES.values()])
    sections = [part for _, body in ARTICLES.values() for part in body.split("\n## ")[1:]]
    assert not duplicates(sections)


def test_other_languages_have_articles() -> None:
    locales = [head["locale"] for head, _ in ARTICLES.values()]
    assert (locales.count("de"), locales.count("fr")) == (2, 1)


def test_tickets_have_their_fields() -> None:
    optional = {"follows", "repeat_text", "repeat_times"}
    for ticket in TICKETS:
        required = {"key", "kind", "expect", "requester", "subject", "body"}
        assert required <= set(ticket) <= required | optional, ticket["key"]
        assert set(ticket["requester"]) == {"name", "email"}
        assert ticket["kind"] in KINDS
        assert ticket["expect"] in {"auto_or_review", "human", "any"}
        assert ("repeat_text" in ticket) == ("repeat_times" in ticket)


def test_tickets_cover_every_kind() -> None:
    assert len(TICKETS) >= 44
    assert {ticket["kind"] for ticket in TICKETS} == KINDS
    assert sum(ticket["kind"] == "answerable" for ticket in TICKETS) >= 16
    assert not duplicates([ticket["key"] for ticket in TICKETS])


def test_follow_ups_come_after_the_ticket_of_the_same_person() -> None:
    seen: dict[str, str] = {}
    for ticket in TICKETS:
        if "follows" in ticket:
            assert seen[ticket["follows"]] == ticket["requester"]["email"]
        seen[ticket["key"]] = ticket["requester"]["email"]


def test_the_kinds_are_what_they_say() -> None:
    by_kind = {kind: [t for t in TICKETS if t["kind"] == kind] for kind in KINDS}
    assert all(not ticket["body"].strip() for ticket in by_kind["empty"])
    assert all("follows" in ticket for ticket in by_kind["reply"])
    assert len({ticket["requester"]["email"] for ticket in by_kind["repeat"]}) == 1
    assert len(by_kind["repeat"]) == 3
    long = by_kind["very_long"][0]
    assert 8_000 <= len(long["repeat_text"].split()) * long["repeat_times"] <= 10_000


def test_tickets_are_not_copied_from_articles() -> None:
    sentences = {
        s.strip() for _, body in ARTICLES.values() for s in re.split(r"(?<=[.?!])\s", body)
    }
    for ticket in TICKETS:
        asked = {s.strip() for s in re.split(r"(?<=[.?!])\s", ticket["body"]) if len(s.split()) > 4}
        assert not asked & sentences, ticket["key"]


def test_corrections_are_whole() -> None:
    assert len(CORRECTIONS) == 24
    for correction in CORRECTIONS:
        assert set(correction) == {"ticket_text", "human_resolution", "category", "agent_id"}
        assert correction["category"] in CATEGORIES
        assert len(correction["human_resolution"].split()) >= 20
        assert set(INTERNAL_ADDRESS.findall(correction["human_resolution"])) <= KNOWN_MAILBOXES
    assert not duplicates([correction["ticket_text"] for correction in CORRECTIONS])


def test_numbers_in_corrections_stand_in_an_article() -> None:
    known = {n for _, body in ARTICLES.values() for n in re.findall(r"\d[\d.:,]*\d|\d", body)}
    for correction in CORRECTIONS:
        numbers = set(re.findall(r"\d[\d.:,]*\d|\d", correction["human_resolution"]))
        assert numbers <= known, correction["ticket_text"]


def test_menu_paths_in_corrections_stand_in_an_article() -> None:
    bodies = "\n".join(body for _, body in ARTICLES.values())
    for correction in CORRECTIONS:
        for first, second in re.findall(
            r"\b(Profile) > ([A-Z]\w+)", correction["human_resolution"]
        ):
            assert f"{first} > {second}" in bodies


def test_taxonomy_describes_each_entry() -> None:
    categories = DEFAULT_TAXONOMY["categories"]
    assert set(ids(categories)) == CATEGORIES
    assert ids(DEFAULT_TAXONOMY["urgency"]) == ["low", "medium", "high", "critical"]
    assert set(ids(DEFAULT_TAXONOMY["sentiment"])) == {"neutral", "frustrated", "positive"}
    for category in categories:
        assert 6 <= len(category["examples"]) <= 10
        assert not duplicates(ids(category["intents"]))
        assert all(intent["description"] for intent in category["intents"])
        assert "human_requested" not in ids(category["intents"])


def test_taxonomy_is_long_enough_for_a_cached_prefix() -> None:
    # A prefix under 512 tokens is silently not cached; English has about 0.75 words a token.
    assert len((TAXONOMY / "default.yaml").read_text(encoding="utf-8").split()) > 1_000


def test_examples_use_labels_of_the_taxonomy() -> None:
    intents = {(c["id"], i) for c in DEFAULT_TAXONOMY["categories"] for i in ids(c["intents"])}
    urgencies = ids(DEFAULT_TAXONOMY["urgency"])
    sentiments = ids(DEFAULT_TAXONOMY["sentiment"])
    rows = read_examples()
    assert {(row["category"], row["intent"]) for row in rows} == intents
    for row in rows:
        assert row["urgency"] in urgencies
        assert row["sentiment"] in sentiments
        assert row["language"] in {"en", "de", "fr", "es", "pt"}


def test_examples_are_many_and_different() -> None:
    rows = read_examples()
    texts = [" ".join(re.findall(r"\w+", row["text"].lower())) for row in rows]
    assert len(rows) >= 450
    assert not duplicates(texts)
    for category in ("technical", "general", "shipping"):
        assert sum(row["category"] == category for row in rows) >= 110


def test_demo_tickets_are_not_training_examples() -> None:
    texts = {row["text"] for row in read_examples()}
    assert not texts & {ticket["body"].strip() for ticket in TICKETS}


@pytest.mark.parametrize("name", ["default", "de", "fr", "es", "pt", "ja", "ko"])
def test_guidelines_say_how_to_greet_and_end(name: str) -> None:
    text = (GUIDELINES / f"{name}.md").read_text(encoding="utf-8")
    assert "Larkspur" in text
    assert text.count("\n## ") >= 4
    assert len(text) > 500
