"""What it takes to be let answer alone, and to lose that again."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.contracts.autonomy import AutonomyChange, AutonomyEvidence
from services.contracts.policies import PolicyValues
from services.contracts.rules import Mode
from services.rules.autonomy import (
    WINDOW,
    Judged,
    has_earned,
    has_lost,
    in_words,
    judge,
    lower_bound,
    primary,
    reviews_needed,
    weigh,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
POLICY = PolicyValues()


def answers(right: int, wrong: int = 0, probability: float = 0.9) -> list[Judged]:
    """Answers of the last days, the wrong ones the newest."""
    found = [True] * right + [False] * wrong
    return [
        Judged(f"t:{n}", probability, ok, NOW - timedelta(minutes=len(found) - n))
        for n, ok in enumerate(found)
    ]


def customers(silent: int, contested: int) -> list[Judged]:
    """What customers did with so many answers that were sent."""
    fine = [True] * silent + [False] * contested
    return [
        Judged(f"c:{n}", 1.0, ok, NOW - timedelta(minutes=n + 1), by_customer=True)
        for n, ok in enumerate(fine)
    ]


def evidence(
    right: int, wrong: int = 0, policy: PolicyValues = POLICY, since: datetime | None = None
) -> AutonomyEvidence:
    return weigh(answers(right, wrong), policy, 0.75, since)


def test_a_hundred_right_ones_earn_it_and_fewer_do_not() -> None:
    assert has_earned(evidence(100))
    assert not has_earned(evidence(99))


@pytest.mark.parametrize(("right", "wrong", "earned"), [(120, 1, False), (131, 1, True)])
def test_a_wrong_one_takes_more_right_ones(right: int, wrong: int, earned: bool) -> None:
    assert has_earned(evidence(right, wrong)) is earned


def test_a_strict_target_asks_for_what_it_takes_to_show_it() -> None:
    strict = PolicyValues(autonomy_target=0.01)
    assert reviews_needed(strict) == 459
    assert not has_earned(evidence(458, policy=strict))
    assert has_earned(evidence(459, policy=strict))


@pytest.mark.parametrize(
    ("right", "wrong", "lost"),
    [
        (100, 0, False),
        (99, 1, False),
        (98, 2, True),  # upper bound 6.2 %
        (292, 8, False),
        (291, 9, True),
        (0, 1, False),  # one alone says little
        (1, 2, True),  # but two of three cannot be chance
        (30, 4, False),
        (26, 7, True),
        (0, 0, False),
    ],
)
def test_it_is_lost_where_the_bound_is_over_the_target(right: int, wrong: int, lost: bool) -> None:
    assert has_lost(evidence(right, wrong)) is lost


def test_bounds_are_those_of_the_tables() -> None:
    # Clopper and Pearson for 5 of 100, one-sided 95 %
    found = evidence(95, 5)
    assert (round(found.wrong_low, 4), round(found.wrong_high, 4)) == (0.0199, 0.1023)
    assert lower_bound(0, 10, 0.95) == 0


def test_only_what_would_be_sent_counts() -> None:
    unsure = answers(0, 50, probability=0.74)
    found = weigh([*unsure, *answers(100)], POLICY, 0.75, None)
    assert (found.reviews, found.wrong) == (100, 0)


def test_what_was_before_a_decision_does_not_count() -> None:
    found = evidence(50, 10, since=NOW - timedelta(minutes=5))
    assert (found.reviews, found.wrong) == (4, 4)
    assert evidence(50, 10, since=NOW).reviews == 0


def test_old_merits_do_not_last() -> None:
    found = evidence(1000, 40)
    assert (found.reviews, found.wrong) == (WINDOW * 100, 40)
    assert has_lost(found)
    assert found.wrong_tickets[0] == "t:1039"
    assert len(found.wrong_tickets) == 10


@pytest.mark.parametrize(
    ("silent", "contested", "lost"),
    [(0, 2, False), (90, 10, False), (75, 25, False), (65, 35, True), (1, 5, True)],
)
def test_customers_contest_a_share_of_what_was_sent(
    silent: int, contested: int, lost: bool
) -> None:
    found = weigh([*answers(100), *customers(silent, contested)], POLICY, 0.75, None)
    assert (found.sent, found.contested) == (silent + contested, contested)
    assert (found.reviews, found.wrong) == (100, 0)
    assert has_lost(found) is lost


def test_silence_is_nothing_that_people_found() -> None:
    found = weigh(customers(500, 0), POLICY, 0.75, None)
    assert (found.reviews, found.sent) == (0, 300)
    assert not has_earned(found)
    failing = weigh([*customers(500, 0), *answers(1, 3)], POLICY, 0.75, None)
    assert has_lost(failing)


@pytest.mark.parametrize(
    ("autonomy", "mode", "right", "wrong", "change"),
    [
        ("propose", Mode.DRAFT, 100, 0, AutonomyChange.PROPOSED),
        ("automatic", Mode.DRAFT, 100, 0, AutonomyChange.PROMOTED),
        ("manual", Mode.DRAFT, 100, 0, None),
        ("propose", Mode.DRAFT, 99, 0, None),
        ("propose", Mode.AUTO, 100, 0, None),
        ("propose", Mode.AUTO, 80, 20, AutonomyChange.DEMOTED),
        ("automatic", Mode.AUTO, 1, 9, AutonomyChange.DEMOTED),
        ("manual", Mode.AUTO, 1, 9, None),
        ("automatic", Mode.DRAFT, 1, 9, None),
    ],
)
def test_the_policy_says_who_changes_it(
    autonomy: str, mode: Mode, right: int, wrong: int, change: AutonomyChange | None
) -> None:
    policy = PolicyValues.model_validate({"autonomy": autonomy})
    found = judge(mode, policy, evidence(right, wrong, policy))
    assert (found.change if found else None) == change


def test_reasons_are_in_words() -> None:
    assert in_words(evidence(0)) == "No answer was reviewed yet; it takes 100 right ones."
    sent = weigh(customers(8, 1), POLICY, 0.75, None)
    assert in_words(sent).endswith(" Customers contested 1 of 9 that were sent, 20% are allowed.")
    assert in_words(evidence(95, 5)) == (
        "95 of 100 reviewed answers were right: between 2.0% and 10.2% are wrong, 5.0% are allowed."
    )


@pytest.mark.parametrize(
    ("tag", "language"), [("de", "de"), ("de-AT", "de"), ("PT-br", "pt"), ("und", "und")]
)
def test_a_region_is_no_language_of_its_own(tag: str, language: str) -> None:
    assert primary(tag) == language


def promotions(rate: float, sets: int, reviews: int = 1000) -> float:
    """Share of languages, wrong at `rate`, that are promoted at some time while looked at often."""
    random = np.random.default_rng(7)
    promoted = 0
    for _ in range(sets):
        wrong = np.cumsum(random.random(reviews) < rate)
        looks = (newest(wrong, seen) for seen in range(100, reviews + 1, 20))
        promoted += any(has_earned(found) for found in looks)
    return promoted / sets


def newest(wrong: "np.typing.NDArray[np.int_]", seen: int) -> AutonomyEvidence:
    """What is known after `seen` reviews: the newest three hundred."""
    before = max(0, seen - WINDOW * 100)
    among = int(wrong[seen - 1]) - (int(wrong[before - 1]) if before else 0)
    return evidence(0).model_copy(update={"reviews": seen - before, "wrong": among})


def test_looking_every_night_lets_few_through_that_are_at_the_target() -> None:
    assert promotions(0.05, sets=200) <= 0.15
    assert promotions(0.10, sets=100) == 0
    assert promotions(0.01, sets=100) >= 0.99
