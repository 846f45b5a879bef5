"""Fitting the answer model and going back, over HTTP."""

import httpx
import psycopg
import pytest

from tests.counting_embedder import CountingEmbedder
from tests.retrieve.test_answers import solved, teach


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRIEVE_ANSWER_MODEL_REFRESH_SECONDS", "0")


async def test_too_little_to_learn_from_is_no_failure(http: httpx.AsyncClient) -> None:
    found = (await http.post("/answers/fit", json={"by": "nightly"})).json()
    assert (found["fitted"], found["version"], found["active"]) == (False, None, None)
    assert "needs 50 solved tickets, there are 0" in found["reason"]


async def test_fitted_used_and_rolled_back(
    http: httpx.AsyncClient, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    first = (await http.post("/answers/fit", json={"by": "nightly"})).json()
    assert first["fitted"]
    assert first["report"]["corrections"] == 162
    again = (await http.post("/answers/fit", json={"by": "nightly", "when_grown": 0.05})).json()
    assert (again["fitted"], again["active"]) == (False, first["version"])
    assert "0.0% more corrections" in again["reason"]
    second = (await http.post("/answers/fit", json={"by": "anna"})).json()
    listed = (await http.get("/answers")).json()
    assert listed["active"] == second["version"]
    assert [each["created_by"] for each in listed["versions"]] == ["anna", "nightly"]
    back = (await http.post("/answers/rollback", json={"by": "anna"})).json()
    assert back["active"] == first["version"]
    off = (await http.post("/answers/rollback", json={"by": "anna"})).json()
    assert off["active"] is None
    named = await http.post("/answers/rollback", json={"by": "a", "version": second["version"]})
    assert named.json()["active"] == second["version"]
    missing = await http.post("/answers/rollback", json={"by": "a", "version": 999})
    assert (missing.status_code, missing.json()["code"]) == (404, "answer_model_not_found")


async def test_mixed_embeddings_are_an_error_that_says_what_to_do(
    http: httpx.AsyncClient, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    with psycopg.connect(database_url) as connection:
        connection.execute("update support_corrections set embedding_model = 'x' where id in "
                           "(select id from support_corrections limit 3)")  # fmt: skip
    answer = await http.post("/answers/fit", json={"by": "nightly"})
    assert (answer.status_code, answer.json()["code"]) == (409, "mixed_embeddings")
    assert "3 with x" in answer.json()["detail"]


async def test_a_version_that_no_number_can_be_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.post("/answers/rollback", json={"by": "maya", "version": 2**70})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "version"
