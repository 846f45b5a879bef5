"""Intervals against values known from elsewhere."""

import pytest

from evals.intervals import bootstrap, macro_f1, mean, paired_difference, share


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3 (Wilson's score).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(hits: int, rows: int, low: float, high: float) -> None:
    measured = share(hits, rows)
    assert measured["value"] == pytest.approx(hits / rows, abs=1e-4)
    assert (measured["low"], measured["high"]) == (
        pytest.approx(low, abs=1e-4),
        pytest.approx(high, abs=1e-4),
    )


def test_all_hits_end_at_one() -> None:
    assert share(20, 20)["high"] == 1.0


def test_no_rows_have_no_value() -> None:
    empty = {"value": None, "low": None, "high": None, "rows": 0}
    assert share(0, 0) == mean([]) == macro_f1([], []) == empty


def test_macro_f1() -> None:
    # a: precision 2/3, recall 1 → 0.8; b: precision 1, recall 1/2 → 2/3
    measured = macro_f1(["a", "a", "b", "b"], ["a", "a", "a", "b"])
    assert measured["value"] == pytest.approx((0.8 + 2 / 3) / 2, abs=1e-4)


def test_a_prediction_outside_the_classes_is_a_miss() -> None:
    assert macro_f1(["a", "a"], ["a", "other"])["value"] == pytest.approx(2 / 3, abs=1e-4)


def test_bootstrap_of_a_mean_is_near_the_normal_interval() -> None:
    values = [0.0, 1.0] * 200
    measured = mean(values)
    half = 1.96 * 0.5 / 400**0.5
    assert measured["low"] == pytest.approx(0.5 - half, abs=0.01)
    assert measured["high"] == pytest.approx(0.5 + half, abs=0.01)


def test_bootstrap_repeats_itself() -> None:
    def first(chosen: object) -> float:
        return float(chosen[0])  # type: ignore[index]

    assert bootstrap(50, first) == bootstrap(50, first)


@pytest.mark.parametrize(
    ("both", "only_one", "only_other", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:2635, table II, method 10; of 50 pairs.
        (20, 12, 2, 0.0562, 0.3292),
        (36, 12, 2, 0.0569, 0.3404),
        (43, 0, 0, -0.0639, 0.0639),
    ],
)
def test_a_paired_difference(
    both: int, only_one: int, only_other: int, low: float, high: float
) -> None:
    measured = paired_difference(both, only_one, only_other, 50)
    assert measured["value"] == pytest.approx((only_one - only_other) / 50)
    assert measured["low"] == pytest.approx(low, abs=2e-4)
    assert measured["high"] == pytest.approx(high, abs=2e-4)
    assert paired_difference(0, 0, 0, 0)["value"] is None
