"""Fast for an ordinary ticket, linear for a hostile one."""

import statistics
import time
from collections.abc import Callable

import pytest

from services.contracts import CheckDraftRequest, TriageRequest
from services.rules.calibration import LogisticCalibrator, load_prior
from services.rules.draft_check import DraftChecker
from services.rules.rulebook import Rulebook
from services.rules.settings import RulesSettings
from services.rules.triage import triage
from tests.rules.bodies import check_body, document, draft, evidence, ticket, triage_body
from tests.rules.test_triage import standing

ORDINARY = (
    "Hello, I bought two Larkspur Sprig sensors last month, order LS-10423. One of them does not "
    "connect to the hub since the last update; I tried to reset it twice and replaced the battery. "
    "What can I do? Best regards, Jo\n"
) * 3

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


def _milliseconds(call: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


@pytest.fixture(scope="module")
def checker(book: Rulebook) -> DraftChecker:
    prior = load_prior(RulesSettings().prior_file)
    return DraftChecker(book, prior, LogisticCalibrator(prior))


def test_triage_takes_under_10_ms(book: Rulebook) -> None:
    request = TriageRequest.model_validate(triage_body(ORDINARY))
    assert _milliseconds(lambda: triage(request, book, standing()), 20) < 10


def test_check_draft_takes_under_15_ms(checker: DraftChecker) -> None:
    found = evidence(documents=[document(id=f"reset#{n}", text=ORDINARY * 3) for n in range(5)])
    found["documents"][1] = document()
    request = CheckDraftRequest.model_validate(check_body(evidence=found))
    assert _milliseconds(lambda: checker.check(request, standing()), 20) < 15


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_ticket_takes_no_time_off_others(
    book: Rulebook, checker: DraftChecker, name: str
) -> None:
    text = HOSTILE[name]
    asked = TriageRequest.model_validate(triage_body(text))
    assert _milliseconds(lambda: triage(asked, book, standing()), 1) < 4000
    body = check_body(ticket=ticket(text), draft=draft(reply=text))
    drafted = CheckDraftRequest.model_validate(body)
    assert _milliseconds(lambda: checker.check(drafted, standing()), 1) < 4000
