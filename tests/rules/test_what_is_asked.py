"""A reply near the question that has no answer of its kind, and requests to do it for somebody."""

import pytest

from services.contracts import CheckDraftRequest, Rule, TriageRequest, Verdict
from services.rules.calibration import LogisticCalibrator, load_prior
from services.rules.draft_check import DraftChecker
from services.rules.rulebook import Rulebook
from services.rules.settings import RulesSettings
from services.rules.triage import triage
from tests.rules.bodies import check_body, ticket, triage_body
from tests.rules.test_triage import standing


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("How do I reset my sensor?", Verdict.AUTO_SEND),
        ("At what times can I reset my sensor?", Verdict.REVIEW),
        ("I got it second hand. How do I reset my sensor?", Verdict.REVIEW),
        ("> At what times are you there?\nHow do I reset my sensor?", Verdict.AUTO_SEND),
    ],
)
def test_a_reply_without_what_was_asked_waits_for_a_human(
    book: Rulebook, body: str, verdict: Verdict
) -> None:
    prior = load_prior(RulesSettings().prior_file)
    checker = DraftChecker(book, prior, LogisticCalibrator(prior))
    about = check_body(ticket=ticket(body))
    found = checker.check(CheckDraftRequest.model_validate(about), standing())
    assert found.verdict is verdict, found.blockers
    asked = [each for each in found.blockers if "The customer asks about" in each.detail]
    assert bool(asked) is (verdict is Verdict.REVIEW)


@pytest.mark.parametrize(
    "body",
    [
        "Could you cancel my plan for me?",
        "Please change the e-mail address of my account for me.",
        "I cannot do it in the app.",
        "Please confirm the deletion in writing.",
        "Bitte kündigen Sie mein Abo für mich.",
        "Merci de supprimer mon compte à ma place.",
        "¿Pueden cancelar el pedido por mí?",
        "Podem apagar a conta por mim?",
        "代わりに解約していただけますか。",
        "저 대신 해지해 주세요.",
    ],
)
def test_who_wants_it_done_gets_a_person(book: Rulebook, body: str) -> None:
    assert Rule.HUMAN_REQUESTED in rules(book, body)


@pytest.mark.parametrize(
    "body",
    [
        "How do I cancel my plan?",
        "The reset does not work for me.",
        "Which sensor is best for me?",
        "Wie kann ich mein Abo kündigen?",
        "Comment supprimer mon compte ?",
        "Is there a plan for us and our neighbours?",
        "解約方法を教えてください。",
    ],
)
def test_who_asks_how_to_do_it_does_not(book: Rulebook, body: str) -> None:
    assert Rule.HUMAN_REQUESTED not in rules(book, body)


def rules(book: Rulebook, body: str) -> set[Rule]:
    request = TriageRequest.model_validate(triage_body(ticket=ticket(body)))
    return {reason.rule for reason in triage(request, book, standing()).reasons}
