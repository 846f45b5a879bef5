"""What the corrections bring, from pairs of replays."""

import pytest

from evals.gate_config import Configuration
from evals.replay_lift import lift, without_corrections
from evals.replay_run import Record, Route
from tests.evals.replay_samples import record


def records(*fates: tuple[Route, bool | None]) -> list[Record]:
    return [record(n, route=route, right=right) for n, (route, right) in enumerate(fates)]


def test_more_tickets_answered_is_a_benefit_with_its_interval() -> None:
    taught = records(*[(Route.SENT, True)] * 12, *[(Route.REVIEW, True)] * 8)
    without = [(Route.REVIEW, True)] * 10 + [(Route.SENT, True), (Route.SENT, False)]
    held_out = [*records(*without), *taught[12:]]
    found = lift(taught, held_out)
    assert found["resolved_with"]["value"] == 0.6
    assert found["resolved_without"]["value"] == 0.05
    assert found["wrong_without"]["value"] == 0.5
    assert found["difference"]["value"] == pytest.approx(0.55)
    assert found["verdict"].startswith("Corrections bring +55.0 points (+")
    assert lift(held_out, taught)["verdict"].startswith("Corrections do harm: -55.0 points (-")


def test_nothing_is_shown_by_equal_replays_or_few_tickets() -> None:
    same = records((Route.SENT, True), (Route.REVIEW, True))
    assert lift(same, same)["verdict"].startswith("No benefit of corrections is shown: +0.0 points")
    one = records((Route.SENT, True), (Route.SENT, True))
    assert lift(one, same)["verdict"].startswith("No benefit of corrections is shown: +50.0")


def test_a_wrong_answer_is_no_benefit_and_one_nobody_can_judge_counts_as_sent() -> None:
    wrong, unknown = records((Route.SENT, False)), records((Route.SENT, None))
    assert lift(wrong, unknown)["difference"]["value"] == -1.0


def test_replays_of_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="same rows"):
        lift(records((Route.SENT, True)), [record(7)])


def test_without_corrections_is_the_same_in_all_else() -> None:
    own = Configuration("mine", {"RETRIEVE_HOLDOUT_SHARE": "0.1", "DRAFT_X": "y"})
    found = without_corrections(own)
    assert found.environment == {"RETRIEVE_HOLDOUT_SHARE": "1", "DRAFT_X": "y"}
    assert (found.name, found.policies, found.workflow) == ("mine", own.policies, own.workflow)
