"""The prior: excellent evidence is sent, weak evidence never."""

from dataclasses import replace
from itertools import product

import pytest

from services.rules.calibration import (
    Features,
    LogisticCalibrator,
    agreement,
    coverage,
    load_prior,
)
from services.rules.settings import RulesSettings

GOOD = Features(
    similarity=0.9,
    verbatim_share=1.0,
    coverage=0.85,
    agreement=0.5,
    classification_confidence=0.8,
    draft_confidence=0.8,
    corrections=0.0,
)
BEST = Features(1, 1, 1, 1, 1, 1, 1)


@pytest.fixture(scope="module")
def prior() -> LogisticCalibrator:
    return LogisticCalibrator(load_prior(RulesSettings().prior_file))


def test_excellent_evidence_clears_the_cold_start(prior: LogisticCalibrator) -> None:
    assert prior.probability(GOOD) >= 0.85


@pytest.mark.parametrize(
    "weak",
    [
        replace(BEST, similarity=0.3),
        replace(BEST, verbatim_share=0.0),
        replace(GOOD, similarity=0.5),
        replace(GOOD, classification_confidence=0.3),
        replace(GOOD, draft_confidence=0.2),
        replace(GOOD, coverage=0.2),
        replace(GOOD, agreement=0.0, coverage=0.6),
    ],
)
def test_weak_evidence_does_not(prior: LogisticCalibrator, weak: Features) -> None:
    assert prior.probability(weak) < 0.85


@pytest.mark.parametrize("name", Features.__dataclass_fields__)
def test_more_evidence_never_lowers_it(prior: LogisticCalibrator, name: str) -> None:
    for low, high in product([0.0, 0.4], [0.5, 1.0]):
        worse = prior.probability(replace(GOOD, **{name: low}))
        better = prior.probability(replace(GOOD, **{name: high}))
        assert worse < better


def test_it_is_a_probability(prior: LogisticCalibrator) -> None:
    assert 0 < prior.probability(Features(0, 0, 0, 0, 0, 0, 0)) < 0.01
    assert 0.95 < prior.probability(BEST) < 1


def test_coverage() -> None:
    assert coverage("Open the window wide", ["Please open your windows, wide"]) == 1.0
    assert coverage("Open the window", ["Close every single door now, open"]) == 0.5
    assert coverage("", ["x"]) == 0.0
    assert coverage("Open it", []) == 0.0
    assert coverage("Öffnen Sie das Fenster langsam", ["open the window slowly"]) == 0.5
    assert coverage("ボタンを押して", ["ボタンを押してください"]) == 1.0


def test_agreement() -> None:
    assert agreement("Reset the sensor", []) == 0.5
    assert agreement("Reset the sensor", [("Reset your sensor please", 0.9)]) == 1.0
    split = agreement("Reset sensor", [("Reset sensor", 0.8), ("Buy another hub", 0.8)])
    assert split == pytest.approx(0.5)
