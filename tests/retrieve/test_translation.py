"""A question in another language than the help centre's, by the vendors' SDKs against a double."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from llmock.pytest_plugin import LLMock

from services.retrieve.main import create_app
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder
from tests.retrieve.test_service import ARTICLES, put, ticket

GERMAN = "Hallo, hier ist Ana Lima (ana@example.org). Wie bekomme ich mein Gerät ins Funknetz?"
ENGLISH = "How do I connect the hub to Wi-Fi?"


@pytest.fixture(params=["anthropic", "openai"])
async def http(
    request: pytest.FixtureRequest,
    client: Client,
    llmock: LLMock,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    monkeypatch.setenv("RETRIEVE_TRANSLATION_PROVIDER", request.param)
    monkeypatch.setenv("DESKLOOP_LLM_MAX_RETRIES", "0")
    async with client(create_app(CountingEmbedder())) as connected:
        for name in ARTICLES:
            await put(connected, name, locale="en")
        yield connected


async def search(http: httpx.AsyncClient, language: str, body: str = GERMAN) -> list[str]:
    requester = {"id": "r1", "name": "Ana Lima", "email": "ana@example.org"}
    asked = {"ticket": ticket("", body, requester=requester), "language": language}
    answer = await http.post("/retrieve", json=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["documents"]
    return [document["id"].split("#")[0] for document in found]


async def test_it_is_searched_in_the_help_centres_language(
    http: httpx.AsyncClient, llmock: LLMock
) -> None:
    llmock.reply(json.dumps({"query": ENGLISH}))
    assert (await search(http, "de"))[0] == "wifi"
    sent = json.dumps(llmock.last_request.body, ensure_ascii=False)
    assert "Funknetz" in sent
    assert "Into: en" in sent
    for private in ("Ana Lima", "ana@example.org"):
        assert private not in sent


async def test_what_needs_no_translation_gets_none(http: httpx.AsyncClient, llmock: LLMock) -> None:
    await search(http, "en", ENGLISH)
    await search(http, "en-GB", ENGLISH)
    await put(http, "wlan", locale="de-AT")
    await search(http, "de")
    assert llmock.requests == []


async def test_a_dead_vendor_costs_nothing_but_the_translation(
    http: httpx.AsyncClient, llmock: LLMock
) -> None:
    llmock.outage()
    assert sorted(await search(http, "de")) == sorted(ARTICLES)


async def test_without_a_model_nothing_leaves(
    client: Client, llmock: LLMock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    monkeypatch.setenv("RETRIEVE_TRANSLATION_PROVIDER", "local")
    async with client(create_app(CountingEmbedder())) as http:
        await put(http, "wifi", locale="en")
        assert await search(http, "de") == ["wifi"]
    assert llmock.requests == []


async def spent(http: httpx.AsyncClient, language: str) -> dict[str, Any] | None:
    asked = {"ticket": ticket("", GERMAN), "language": language}
    found: dict[str, Any] | None = (await http.post("/retrieve", json=asked)).json().get("spent")
    return found


async def test_a_translation_is_on_the_bill_even_a_useless_one(
    http: httpx.AsyncClient, llmock: LLMock
) -> None:
    for answer in (json.dumps({"query": ENGLISH}), "no JSON at all"):
        llmock.reply(answer)
        bill = await spent(http, "de")
        assert bill is not None
        assert bill["cost_usd"] > 0
        assert bill["usage"]["output_tokens"] > 0
    assert await spent(http, "en") is None
