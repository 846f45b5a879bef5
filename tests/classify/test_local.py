"""The provider `local` behind the same call: no key, no cost, and never more than is allowed."""

import psycopg
import pytest
from llmock.pytest_plugin import LLMock

from tests.classify.conftest import Service, classify, labels


@pytest.fixture
def no_keys(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.delenv("OPENAI_API_KEY")


async def test_local_without_any_key(no_keys: None, llmock: LLMock, service: Service) -> None:
    async with service() as http:
        result = await classify(http)
        assert (await http.get("/ready")).status_code == 200
    assert (result["provider"], result["category"]) == ("local", "billing")
    assert result["cost_usd"] == 0
    assert 0.5 < result["confidence"] <= 1
    assert llmock.requests == []


async def test_local_answers_when_the_vendor_is_away(
    llmock: LLMock, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLASSIFY_FALLBACK", "local")
    llmock.fail(529, times=1).reply(labels(category="shipping"))
    async with service() as http:
        first, second = await classify(http), await classify(http)
        assert (await http.get("/ready")).status_code == 200
    assert (first["provider"], first["category"]) == ("local", "billing")
    assert (second["provider"], second["category"]) == ("anthropic", "shipping")


async def test_category_taken_out_of_the_policy_table_is_for_a_human(
    no_keys: None, service: Service, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("delete from category_policies where category = 'billing'")
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    async with service() as http:
        result = await classify(http)
    assert (result["category"], result["intent"]) == ("general", "other")
    assert (result["requires_human"], result["confidence"]) == (True, 0)
    assert "no category any more" in result["reasoning"]
