"""The probability fitted from outcomes: drawn to the prior by few, to the truth by many."""

import numpy as np
import pytest

from services.rules.calibration import Features, LogisticCalibrator, Prior, load_prior
from services.rules.calibration_fit import Judged, fit
from services.rules.reliability import reliability
from services.rules.settings import RulesSettings


@pytest.fixture(scope="module")
def prior() -> Prior:
    return load_prior(RulesSettings().prior_file)


def outcomes(count: int, seed: int = 1, harder: str = "") -> list[Judged]:
    """Right replies are those of similar sources; in `harder` fewer are."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        values = random.random(7)
        category = ("billing", "shipping", "account")[number % 3]
        log_odds = 6 * values[0] - 2 - (2 if category == harder else 0)
        right = bool(random.random() < 1 / (1 + np.exp(-log_odds)))
        features = Features(*map(float, values))
        found.append(Judged(number, f"t:{number}", category, features, right))
    return found


def test_what_it_says_of_unseen_outcomes_is_calibrated(prior: Prior) -> None:
    known = outcomes(1500)
    unseen = fit(known, prior).unseen
    right = [each.right for each in known]
    before = LogisticCalibrator(prior)
    said = [before.probability(each.features) for each in known]
    assert reliability(list(unseen), right).ece < 0.05
    assert reliability(said, right).ece > 0.15
    assert reliability(list(unseen), right).brier < reliability(said, right).brier


def test_a_few_outcomes_hardly_move_it(prior: Prior) -> None:
    few = LogisticCalibrator(fit(outcomes(5), prior).weights)
    many = LogisticCalibrator(fit(outcomes(1500), prior).weights)
    before = LogisticCalibrator(prior)
    middling = Features(0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5)
    start = before.probability(middling)
    assert abs(few.probability(middling) - start) < 0.3
    assert many.probability(middling) - start > 0.4


def test_a_category_departs_from_the_others_only_as_far_as_its_outcomes_say(prior: Prior) -> None:
    fitted = fit(outcomes(1500, harder="billing"), prior).weights
    assert fitted.categories["billing"] < -0.7 < 0 < 0.3 < fitted.categories["shipping"]
    few = fit(outcomes(30, harder="billing"), prior).weights
    assert abs(few.categories["billing"]) < abs(fitted.categories["billing"])


def test_an_unknown_category_is_like_the_others_on_average(prior: Prior) -> None:
    fitted = LogisticCalibrator(fit(outcomes(600, harder="billing"), prior).weights)
    middle = Features(*[0.5] * 7)
    known = [fitted.probability(middle, name) for name in ("billing", "shipping", "account")]
    assert min(known) < fitted.probability(middle, "new") < max(known)


def test_what_no_outcome_varies_stays_as_the_prior_has_it(prior: Prior) -> None:
    """All citations were verbatim: nothing is known of a reply whose citations are not."""
    always = [
        Judged(
            each.id, each.ticket_id, "billing", Features(0.9, 1.0, 0.9, 0.9, 0.9, 0.9, 1.0), True
        )
        for each in outcomes(300)
    ]
    fitted = LogisticCalibrator(fit(always, prior).weights)
    good = Features(0.9, 1.0, 0.9, 0.9, 0.9, 0.9, 1.0)
    unquoted = Features(0.2, 0.0, 0.2, 0.5, 0.9, 0.2, 1.0)
    assert fitted.probability(good, "billing") > 0.9
    assert fitted.probability(unquoted, "billing") < 0.5


def test_outcomes_of_one_ticket_are_never_on_both_sides(prior: Prior) -> None:
    """Copies of a row would otherwise teach the model their own answer."""
    random = np.random.default_rng(2)
    rows = [
        Judged(
            n, f"t:{n // 20}", "billing", Features(*map(float, random.random(7))), n // 20 % 2 > 0
        )
        for n in range(400)
    ]
    first = fit(rows, prior).unseen
    flipped = [
        Judged(
            r.id,
            r.ticket_id,
            r.category,
            r.features,
            not r.right if r.ticket_id == "t:3" else r.right,
        )
        for r in rows
    ]
    second = fit(flipped, prior).unseen
    same = [place for place, row in enumerate(rows) if row.ticket_id == "t:3"]
    assert np.allclose(first[same], second[same])


def test_reliability_by_hand() -> None:
    found = reliability([0.9] * 10 + [0.5] * 10, [True] * 9 + [False] + [True] * 2 + [False] * 8)
    assert found.outcomes == 20
    assert found.ece == pytest.approx((0 * 10 + 0.3 * 10) / 20)
    assert found.brier == pytest.approx((9 * 0.01 + 0.81 + 10 * 0.25) / 20)
    assert [each.outcomes for each in found.bins] == [10, 10]
    assert found.bins[0].right == pytest.approx(0.2)
    alike = reliability([0.9] * 40, [False] * 4 + [True] * 36)
    assert (alike.ece, len(alike.bins)) == (pytest.approx(0), 1)
    with pytest.raises(ValueError, match="at least one"):
        reliability([], [])
