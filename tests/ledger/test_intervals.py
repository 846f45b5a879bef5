"""Confidence intervals, against values that others published or computed."""

import random

import pytest

from services.ledger.intervals import Stratum, stratified, wilson


def test_wilson_agrees_with_published_values() -> None:
    interval = wilson(1, 10)  # Brown, Cai, DasGupta 2001
    assert (round(interval.low or 0, 4), round(interval.high or 0, 4)) == (0.0179, 0.4042)
    assert wilson(0, 5).low == 0
    assert wilson(5, 5).high == 1
    assert wilson(0, 0).share is None


def test_one_stratum_is_a_plain_sample() -> None:
    assert stratified([Stratum(1000, 50, 3)]) == wilson(3, 50)


def test_a_small_category_sampled_in_full_does_not_weigh_more_than_its_size() -> None:
    interval = stratified([Stratum(990, 50, 0), Stratum(10, 10, 5)])
    assert interval.share == pytest.approx(0.005)


def test_categories_without_a_judgement_say_nothing() -> None:
    assert stratified([Stratum(500, 0, 0), Stratum(100, 20, 1)]) == wilson(1, 20)
    assert stratified([Stratum(500, 0, 0)]).share is None


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    numbers = random.Random(7)
    truths = [(900, 60, 0.04), (100, 20, 0.2)]
    truth = sum(size * share for size, _, share in truths) / 1000
    held = 0
    for _ in range(1000):
        strata = [
            Stratum(size, judged, sum(numbers.random() < share for _ in range(judged)))
            for size, judged, share in truths
        ]
        interval = stratified(strata)
        assert interval.low is not None
        assert interval.high is not None
        held += interval.low <= truth <= interval.high
    assert 920 <= held <= 995
