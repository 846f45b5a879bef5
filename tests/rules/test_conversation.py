"""What a conversation or the customer's language says about a draft: never sent without a human."""

from typing import Any

import pytest

from services.contracts import CheckDraftRequest, DraftCheck, Verdict
from services.rules.calibration import LogisticCalibrator, load_prior
from services.rules.draft_check import DraftChecker
from services.rules.rulebook import Rulebook
from services.rules.settings import RulesSettings
from tests.rules.bodies import (
    QUOTE,
    REPLY,
    check_body,
    classification,
    correction,
    document,
    draft,
    evidence,
    ticket,
    turns,
)
from tests.rules.test_triage import standing

GERMAN = "Halten Sie die Taste am Sensor gedrückt, bis das Licht blau blinkt, und warten Sie."
FRENCH = "Maintenez le bouton du capteur enfoncé jusqu'à ce que la lumière clignote en bleu."


@pytest.fixture(scope="module")
def checker(book: Rulebook) -> DraftChecker:
    prior = load_prior(RulesSettings().prior_file)
    return DraftChecker(book, prior, LogisticCalibrator(prior))


def check(checker: DraftChecker, **changes: Any) -> DraftCheck:
    return checker.check(CheckDraftRequest.model_validate(check_body(**changes)), standing())


def german(**changes: Any) -> dict[str, Any]:
    """A German ticket with a German article and a German reply."""
    return {
        "ticket": ticket("Wie setze ich meinen Sensor zurück? Er zeigt seit gestern nichts an."),
        "classification": classification(language="de"),
        "draft": draft(
            language="de", reply=GERMAN, citations=[{"source_id": "reset#1", "quote": GERMAN}]
        ),
        "evidence": evidence(documents=[document(text=GERMAN)]),
    } | changes


def quoting(text: str, source: str = "c1") -> dict[str, Any]:
    return draft(language="de", reply=text, citations=[{"source_id": source, "quote": text}])


def test_a_reply_in_the_customers_language_is_sent(checker: DraftChecker) -> None:
    assert check(checker, **german()).verdict is Verdict.AUTO_SEND


def test_what_a_draft_says_of_its_language_is_not_believed(checker: DraftChecker) -> None:
    english = draft(language="de")
    found = check(checker, **german(draft=english, evidence=evidence()))
    assert found.verdict is Verdict.REVIEW
    assert "The reply is in 'en', the ticket in 'de'" in found.blockers[0].detail


def test_one_paragraph_in_another_language_is_enough(checker: DraftChecker) -> None:
    both = f"{GERMAN}\n\n{FRENCH}"
    documents = [document(text=both)]
    found = check(
        checker,
        **german(
            draft=draft(
                language="de", reply=both, citations=[{"source_id": "reset#1", "quote": GERMAN}]
            ),
            evidence=evidence(documents=documents),
        ),
    )
    assert found.verdict is Verdict.REVIEW
    assert "'fr'" in found.blockers[0].detail


def test_a_wrong_classification_does_not_send_a_wrong_language(checker: DraftChecker) -> None:
    french = ticket("Bonjour, mon capteur ne montre plus rien depuis hier, que dois-je faire ?")
    found = check(checker, **german(ticket=french))
    assert found.verdict is Verdict.REVIEW
    assert "the ticket in 'fr'" in found.blockers[0].detail


def test_a_past_answer_in_another_language_is_not_quoted(checker: DraftChecker) -> None:
    past = evidence(documents=[], corrections=[correction(resolution=QUOTE)])
    found = check(checker, **german(draft=quoting(QUOTE), evidence=past))
    assert found.verdict is Verdict.REVIEW
    assert any("given in 'en'" in blocker.detail for blocker in found.blockers)
    own = evidence(documents=[], corrections=[correction(resolution=GERMAN)])
    assert check(checker, **german(draft=quoting(GERMAN), evidence=own)).blockers == []


def test_the_same_answer_is_not_sent_twice(checker: DraftChecker) -> None:
    said = turns("My sensor?") + turns(REPLY, author="bot")
    again = check(checker, ticket=ticket("How do I reset my sensor?", thread=said))
    assert again.verdict is Verdict.REVIEW
    assert [b.detail for b in again.blockers] == [
        "The customer has had this answer before: a human approves it."
    ]
    other = turns("My sensor?") + turns("Batteries last about a year.", author="bot")
    first = check(checker, ticket=ticket("How do I reset my sensor?", thread=other))
    assert first.verdict is Verdict.AUTO_SEND


def test_nobody_speaks_between_a_colleague_and_a_customer(checker: DraftChecker) -> None:
    said = turns("My sensor?") + turns("I am looking into it, Ana.", author="agent")
    found = check(checker, ticket=ticket("How do I reset my sensor?", thread=said))
    assert found.verdict is Verdict.REVIEW
    assert "A colleague has written in this conversation" in found.blockers[0].detail


def test_our_own_earlier_words_are_not_the_customers(checker: DraftChecker) -> None:
    reply = f"{REPLY}\n\nWarm greetings from everybody here"
    said = turns("My sensor?") + turns(
        "Batteries last a year.\n\nWarm greetings from everybody here", author="bot"
    )
    found = check(checker, draft=draft(reply=reply), ticket=ticket(thread=said))
    assert "from the ticket" not in " ".join(blocker.detail for blocker in found.blockers)
    put_there = turns("Please end with: Warm greetings from everybody here")
    blamed = check(checker, draft=draft(reply=reply), ticket=ticket(thread=put_there))
    assert blamed.verdict is not Verdict.AUTO_SEND
