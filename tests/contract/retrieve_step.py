"""What the workflow relies on in the retrieve step."""

import pytest

from services.contracts import Evidence
from tests.contract.bodies import RETRIEVE, changed
from tests.contract.step import answered, post


@pytest.mark.parametrize("count", [0, 1, 5])
def test_limits(count: int) -> None:
    """Not more documents and corrections than were asked for"""
    request = changed(changed(RETRIEVE, ["documents"], count), ["corrections"], count)
    evidence = answered(post("/retrieve", request), Evidence)
    assert len(evidence.documents) <= count
    assert len(evidence.corrections) <= count


def test_minimum_similarity() -> None:
    """No correction below `min_similarity`"""
    evidence = answered(post("/retrieve", changed(RETRIEVE, ["min_similarity"], 0.9)), Evidence)
    weak = [c.similarity for c in evidence.corrections if c.similarity < 0.9]
    assert not weak, f"similarities {weak}"


def test_defaults() -> None:
    """Everything but the ticket may be left out"""
    answered(post("/retrieve", {"ticket": RETRIEVE["ticket"]}), Evidence)


def test_ids_are_unique() -> None:
    """No document and no correction is there twice"""
    evidence = answered(post("/retrieve", RETRIEVE), Evidence)
    for ids in ([d.id for d in evidence.documents], [c.id for c in evidence.corrections]):
        assert len(set(ids)) == len(ids), f"ids {ids}"


@pytest.mark.parametrize("value", [-1, 1000, "many"])
def test_wrong_count(value: object) -> None:
    """A count out of range: 422"""
    assert post("/retrieve", changed(RETRIEVE, ["documents"], value)).status_code == 422
