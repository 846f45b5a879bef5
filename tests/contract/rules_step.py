"""What the workflow relies on in the rules step."""

import pytest

from services.contracts import DraftCheck, Effect, Triage, Urgency, Verdict
from tests.contract.bodies import CHECK_DRAFT, TRIAGE, changed
from tests.contract.step import answered, post


def test_legal_threat() -> None:
    """A legal threat is critical, for a human, with a reason"""
    request = changed(
        TRIAGE, ["ticket", "body"], "Pay me back or you will hear from my lawyers on Monday."
    )
    triage = answered(post("/triage", request), Triage)
    assert triage.requires_human, "`requires_human` is false"
    assert triage.urgency is Urgency.CRITICAL, f"`urgency` is '{triage.urgency}'"
    assert any(r.effect is Effect.REQUIRE_HUMAN for r in triage.reasons), "no reason says so"


@pytest.mark.parametrize(
    ("field", "value"), [("sentiment", "frustrated"), ("requires_human", True)]
)
def test_human_by_classification(field: str, value: object) -> None:
    """A frustrated customer, or one the classifier marked, goes to a human"""
    request = changed(TRIAGE, ["classification", field], value)
    triage = answered(post("/triage", request), Triage)
    assert triage.requires_human, "`requires_human` is false"
    assert triage.reasons, "`reasons` is empty"


def test_urgency_never_falls() -> None:
    """Rules never lower the urgency"""
    request = changed(TRIAGE, ["classification", "urgency"], "high")
    triage = answered(post("/triage", request), Triage)
    assert triage.urgency.rank >= Urgency.HIGH.rank, f"`urgency` is '{triage.urgency}'"


def test_history_is_optional() -> None:
    """`history` may be left out"""
    request = {key: value for key, value in TRIAGE.items() if key != "history"}
    answered(post("/triage", request), Triage)


@pytest.mark.parametrize(
    "change",
    [
        (["draft", "abstained"], True),
        (["draft", "reply"], "You will get 99 euros within 2 hours, see https://evil.example."),
        (["draft", "citations"], [{"source_id": "refunds#2", "quote": "We refund in 2 hours."}]),
        (["triage", "requires_human"], True),
        (["triage", "mode"], "draft"),
    ],
    ids=["abstained", "unsupported numbers and link", "invented quote", "human", "draft mode"],
)
def test_never_sent(change: tuple[list[str], object]) -> None:
    """What cannot be defended is never sent automatically"""
    check = answered(post("/check-draft", changed(CHECK_DRAFT, *change)), DraftCheck)
    assert check.verdict is not Verdict.AUTO_SEND, "verdict is auto_send"
    assert check.blockers or check.reasons, "neither blockers nor reasons say why"


def test_thresholds() -> None:
    """The review threshold is not above the sending threshold"""
    check = answered(post("/check-draft", CHECK_DRAFT), DraftCheck)
    assert check.review_threshold <= check.threshold
