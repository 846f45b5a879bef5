"""What the workflow relies on in the store_correction step; what it stores is marked as its."""

from typing import Any
from uuid import uuid4

import pytest

from services.contracts import CorrectionStored
from tests.contract.bodies import STORE_CORRECTION, changed
from tests.contract.step import answered, post


def stored(body: dict[str, Any]) -> CorrectionStored:
    result: CorrectionStored = answered(post("/corrections", body), CorrectionStored)
    return result


def test_same_twice() -> None:
    """The same correction again is not stored again, and has the same id"""
    body = changed(STORE_CORRECTION, ["ticket_id"], f"contract-kit:{uuid4().hex}")
    first, second = stored(body), stored(body)
    assert first.stored, "`stored` is false the first time"
    assert not second.stored, "`stored` is true the second time"
    assert first.id == second.id, "another id the second time"


def test_too_short() -> None:
    """A very short resolution is flagged `too_short`"""
    body = changed(STORE_CORRECTION, ["ticket_id"], f"contract-kit:{uuid4().hex}")
    result = stored(changed(body, ["human_resolution"], "ok"))
    assert "too_short" in result.quality, f"`quality` is {result.quality}"


@pytest.mark.parametrize(
    ("field", "value"), [("verdict", "maybe"), ("human_resolution", ""), ("category", "")]
)
def test_wrong_value(field: str, value: str) -> None:
    """A value that is not allowed: 422"""
    assert post("/corrections", changed(STORE_CORRECTION, [field], value)).status_code == 422
