"""A customer who wants a person gets one: in every supported language, at any point."""

import csv
from pathlib import Path

import pytest

from services.contracts import Author, Rule, TriageRequest
from services.contracts.policies import CategoryPolicy
from services.rules.policies import Standing
from services.rules.rulebook import Rulebook
from services.rules.triage import triage
from tests.rules.bodies import ticket, triage_body, turns

MESSAGES = Path("evals/human_requests.csv")
INDIRECT = Path("evals/indirect_requests.csv")
LANGUAGES = {"en", "de", "fr", "es", "pt", "ja", "ko"}


def rows(asks: str) -> list[tuple[str, str]]:
    """Those that the lists were written for; the fresh ones are measured, not demanded."""
    with MESSAGES.open(encoding="utf-8", newline="") as lines:
        return [
            (row["language"], row["text"])
            for row in csv.DictReader(lines)
            if row["asks"] == asks and row["part"] != "fresh"
        ]


def indirect(part: str, asks: str) -> list[tuple[str, str]]:
    with INDIRECT.open(encoding="utf-8", newline="") as lines:
        return [
            (row["language"], row["text"])
            for row in csv.DictReader(lines)
            if (row["part"], row["asks"]) == (part, asks)
        ]


def asks_for_a_person(book: Rulebook, body: str, thread: list[object] | None = None) -> bool:
    policy = CategoryPolicy(
        category="technical", updated_by="t", updated_at="2026-01-01T00:00:00Z", answer_replies=True
    )
    about = ticket(body, subject="Sensor", thread=thread or [])
    request = TriageRequest.model_validate(triage_body(ticket=about))
    found = triage(request, book, Standing(policy, 60, 0, ("technical",)))
    return found.requires_human and Rule.HUMAN_REQUESTED in {r.rule for r in found.reasons}


def test_every_language_is_there() -> None:
    assert {language for language, _ in rows("yes")} == LANGUAGES
    assert {language for language, _ in rows("no")} == LANGUAGES


@pytest.mark.parametrize(("language", "body"), rows("yes"))
def test_a_request_for_a_person_is_honoured(book: Rulebook, language: str, body: str) -> None:
    assert asks_for_a_person(book, body), language


@pytest.mark.parametrize(("language", "body"), rows("no"))
def test_who_only_asks_a_question_is_left_to_the_machine(
    book: Rulebook, language: str, body: str
) -> None:
    assert not asks_for_a_person(book, body), language


@pytest.mark.parametrize(
    "body", ["Kein Bot bitte.", "담당자 연결해 주세요", "Can I speak to someone?"]
)
def test_it_holds_in_the_middle_of_a_conversation(book: Rulebook, body: str) -> None:
    said = [*turns("My sensor is offline."), *turns("Press the button.", author="bot")]
    assert asks_for_a_person(book, body, said)
    assert asks_for_a_person(book, "It is still offline.", [*said, *turns(body)])


def test_what_we_wrote_ourselves_asks_for_nobody(book: Rulebook) -> None:
    for author in (Author.BOT, Author.AGENT):
        thread = turns("You can always speak to a human.", author=author)
        assert not asks_for_a_person(book, "How do I reset it?", thread)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize(("part", "missed_at_most"), [("develop", 0.05), ("report", 0.1)])
def test_a_request_that_goes_round_the_word_is_honoured_too(
    book: Rulebook, part: str, missed_at_most: float, language: str
) -> None:
    """Which of the other half are missed is not told: the lists shall not be written for them."""
    asked = [text for tag, text in indirect(part, "yes") if tag == language]
    missed = sum(not asks_for_a_person(book, text) for text in asked)
    assert len(asked) >= 20
    assert missed <= len(asked) * missed_at_most


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("part", ["develop", "report"])
def test_a_word_for_a_person_is_no_request(book: Rulebook, part: str, language: str) -> None:
    others = [text for tag, text in indirect(part, "no") if tag == language]
    alarms = sum(asks_for_a_person(book, text) for text in others)
    assert len(others) >= 20
    assert alarms <= len(others) * 0.05
