"""A webhook that could not be taken in is seen by a human: its form, and none of its words."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ledger.store_failures import types_only
from tests.ledger.conftest import Start

FAILURE = {
    "source": "zendesk",
    "workflow": "Receive Zendesk ticket",
    "step": "Write it as a ticket",
    "reason": "Cannot read properties of undefined (reading 'slice')",
    "shape": {"ticket": {"id": "number", "subjects": "string", "tags": ["string", "string"]}},
}


async def test_the_same_failure_is_one_row_that_counts(ledger: Start) -> None:
    async with ledger() as http:
        first = await http.post("/webhooks/failures", json=FAILURE)
        assert (first.status_code, first.json()["times"]) == (201, 1)
        assert (await http.post("/webhooks/failures", json=FAILURE)).json()["times"] == 2
        other = {**FAILURE, "shape": {"ticket": None}}
        assert (await http.post("/webhooks/failures", json=other)).json()["times"] == 1
        found = (await http.get("/webhooks/failures")).json()
        assert (found["total"], [row["times"] for row in found["failures"]]) == (2, [1, 2])
        newest, older = found["failures"]
        assert newest["shape"] == {"ticket": None}
        assert older["shape"]["ticket"] == {
            "id": "number",
            "subjects": "string",
            "tags": ["string"],
        }
        assert older["first_at"] <= older["last_at"]


async def test_failures_are_listed_by_helpdesk(ledger: Start) -> None:
    async with ledger() as http:
        for source in ("zendesk", "intercom"):
            await http.post("/webhooks/failures", json={**FAILURE, "source": source})
        found = (await http.get("/webhooks/failures", params={"source": "intercom"})).json()
        assert [row["source"] for row in found["failures"]] == ["intercom"]
        assert (await http.get("/webhooks/failures", params={"limit": 1})).json()["total"] == 2


async def test_words_that_a_workflow_sends_by_mistake_are_not_kept(ledger: Start) -> None:
    sent = {**FAILURE, "shape": {"body": "I am ill", "age": 41, "paid": True, "x": ["a", 1, None]}}
    async with ledger() as http:
        kept = (await http.post("/webhooks/failures", json=sent)).json()["shape"]
    assert kept == {
        "body": "string",
        "age": "number",
        "paid": "boolean",
        "x": ["string", "number", None],
    }


@pytest.mark.parametrize("change", [{"shape": "text"}, {"reason": "x" * 301}, {"extra": 1}])
async def test_what_is_no_failure_is_refused(ledger: Start, change: dict[str, Any]) -> None:
    async with ledger() as http:
        answer = await http.post("/webhooks/failures", json={**FAILURE, **change})
        assert answer.status_code == 422


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.just("key"), inner),
    max_leaves=30,
)
_KNOWN = {"string", "number", "boolean", "null", "undefined", "…", None}


def _leaves(value: Any) -> set[Any]:
    if isinstance(value, dict):
        return set().union(*(_leaves(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(_leaves(item) for item in value))
    return {value}


@given(value=_JSON)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_comes_only_names_of_types_remain(value: Any) -> None:
    assert _leaves(types_only(value)) <= _KNOWN
