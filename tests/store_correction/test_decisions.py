"""A reviewer decides between corrections that contradict each other; what was decided is kept."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.store_correction.conftest import ANSWER, Send

Evidence = Callable[[], set[str]]
LONGER = ANSWER.replace("30 days", "60 days")


async def decide(
    http: httpx.AsyncClient, correction_id: str, decision: str
) -> tuple[int, dict[str, Any]]:
    body = {"decision": decision, "agent_id": "lena"}
    answer = await http.post(f"/corrections/{correction_id}/decision", json=body)
    return answer.status_code, answer.json()


async def waiting(http: httpx.AsyncClient) -> list[str]:
    listed = (await http.get("/corrections?needs_review=true")).json()
    return [each["id"] for each in listed["corrections"]]


@pytest.fixture
async def old(send: Send) -> str:
    return str((await send())["id"])


@pytest.fixture
async def new(old: str, send: Send) -> str:
    return str((await send(ticket_id="test:2", human_resolution=LONGER))["id"])


async def test_a_contradiction_waits_for_a_reviewer(
    http: httpx.AsyncClient, old: str, new: str, evidence: Evidence
) -> None:
    assert await waiting(http) == [old]
    row = (await http.get(f"/corrections/{old}")).json()
    assert (row["contradicted_by"], row["quality"]) == (new, ["contradicts_newer"])
    assert evidence() == {new}


async def test_both_are_right(
    http: httpx.AsyncClient, old: str, new: str, send: Send, evidence: Evidence
) -> None:
    status, row = await decide(http, old, "keep_both")
    assert (status, row["quality"], row["contradicted_by"]) == (200, [], None)
    assert evidence() == {old, new}
    assert await waiting(http) == []
    await http.patch(f"/corrections/{new}", json={"active": False})
    await http.patch(f"/corrections/{new}", json={"active": True})
    assert evidence() == {old, new}  # nobody is asked again
    changes = (await http.get(f"/corrections/{old}/changes")).json()
    [noted] = [each for each in changes if "decision" in each["changes"]]
    assert noted["changed_by"] == "lena"
    decision = noted["changes"]["decision"]
    assert (decision["old"]["contradicts"], decision["new"]) == ([new], "keep_both")


async def test_an_edit_of_one_of_them_asks_again(
    http: httpx.AsyncClient, old: str, new: str, evidence: Evidence
) -> None:
    await decide(http, old, "keep_both")
    body = {"human_resolution": ANSWER.replace("30 days", "90 days")}
    await http.patch(f"/corrections/{new}", json=body)
    assert evidence() == {new}
    assert await waiting(http) == [old]


async def test_the_older_one_is_right(
    http: httpx.AsyncClient, old: str, new: str, send: Send, evidence: Evidence
) -> None:
    copy = (await send(ticket_id="test:3", human_resolution=LONGER))["id"]
    status, _ = await decide(http, old, "keep_this")
    assert (status, evidence(), await waiting(http)) == (200, {old}, [])
    for wrong in (new, copy):
        row = (await http.get(f"/corrections/{wrong}")).json()
        assert (row["active"], row["inactive_because"]) == (False, "overruled")
    history = (await http.get(f"/corrections/{new}/changes")).json()
    assert history[0]["changed_by"] == "lena"


@pytest.mark.parametrize(("of", "decision"), [("old", "deactivate"), ("new", "keep_this")])
async def test_the_newer_one_is_right(
    http: httpx.AsyncClient, old: str, new: str, evidence: Evidence, of: str, decision: str
) -> None:
    status, _ = await decide(http, old if of == "old" else new, decision)
    assert (status, evidence(), await waiting(http)) == (200, {new}, [])
    row = (await http.get(f"/corrections/{old}")).json()
    assert (row["active"], row["inactive_because"]) == (False, "overruled")


async def test_deactivating_the_newer_one_lets_the_older_count(
    http: httpx.AsyncClient, old: str, new: str, evidence: Evidence
) -> None:
    assert (await decide(http, new, "deactivate"))[0] == 200
    assert (evidence(), await waiting(http)) == ({old}, [])


async def test_where_nothing_is_contradicted_nothing_is_decided(
    http: httpx.AsyncClient, old: str, evidence: Evidence
) -> None:
    for decision in ("keep_both", "keep_this", "deactivate"):
        status, problem = await decide(http, old, decision)
        assert (status, problem["code"]) == (409, "nothing_to_decide")
    assert evidence() == {old}
    assert len((await http.get(f"/corrections/{old}/changes")).json()) == 1
    unknown = "7d3f2f6a-7f7e-4a3e-9c53-4a1d6f0d9c11"
    assert (await decide(http, unknown, "keep_this"))[0] == 404
    assert (await decide(http, old, "perhaps"))[0] == 422
