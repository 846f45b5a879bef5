"""A hostile text does not hold up the others: nothing grows faster than the text.

The bound is ten times what the slowest takes; a pattern that backtracks would take minutes.
"""

import time
from collections.abc import Callable

import pytest

from services.contracts import CheckDraftRequest, TriageRequest
from services.rules.calibration import LogisticCalibrator, load_prior
from services.rules.draft_check import DraftChecker
from services.rules.rulebook import Rulebook
from services.rules.settings import RulesSettings
from services.rules.triage import triage
from tests.rules.bodies import check_body, draft, ticket, triage_body
from tests.rules.test_triage import standing

SECONDS = 20

HOSTILE = {
    "letters": "a" * 100_000,
    "digits": "1" * 100_000,
    "dotted digits": "1." * 50_000,
    "spaced digits": "1 " * 50_000,
    "dashes": "a-" * 50_000,
    "dots": "a." * 50_000,
    "at": "a@" * 50_000,
    "almost tags": "<a " * 33_000,
    "almost comments": "<!-- " * 20_000,
    "almost quotes": "On a wrote\n" * 9_000,
    "spaces": " " * 100_000,
    "newlines": "\n" * 100_000,
    "spaced letters": "a " * 50_000,
    "triggers": "ignore all act as speak to your " * 3_000,
    "base64": "QUJD" * 25_000,
    "links": "https://" * 12_500,
    "zero width": "a\u200b" * 50_000,
    "streets": "1 a b c d " * 10_000,
    "japanese": "弁護" * 50_000,
    "percent": "1%" * 50_000,
}


def _seconds(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


@pytest.fixture(scope="module")
def checker(book: Rulebook) -> DraftChecker:
    prior = load_prior(RulesSettings().prior_file)
    return DraftChecker(book, prior, LogisticCalibrator(prior))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_ticket_takes_no_time_off_others(
    book: Rulebook, checker: DraftChecker, name: str
) -> None:
    text = HOSTILE[name]
    asked = TriageRequest.model_validate(triage_body(text))
    assert _seconds(lambda: triage(asked, book, standing())) < SECONDS
    body = check_body(ticket=ticket(text), draft=draft(reply=text))
    drafted = CheckDraftRequest.model_validate(body)
    assert _seconds(lambda: checker.check(drafted, standing())) < SECONDS
