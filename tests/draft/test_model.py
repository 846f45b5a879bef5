"""Drafting by the vendors' real SDKs against a wire-level double."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply

from services.draft.main import create_app
from tests.conftest import Client
from tests.draft.material import RESET, body, guidelines_folder

QUOTE = "To reset the Hub, hold the **round button** for 12 seconds until the light turns amber."


def answer(**changes: Any) -> str:
    return json.dumps(
        {
            "findings": [],
            "abstained": False,
            "citations": [{"source": "Doc 1", "quote": QUOTE}],
            "reply": "Hi Ana Lima,\n\nhold the round button for 12 seconds.",
            "confidence": 0.9,
            "language": "en",
        }
        | changes
    )


@pytest.fixture(params=["anthropic", "openai"])
async def http(
    request: pytest.FixtureRequest,
    client: Client,
    llmock: LLMock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("DRAFT_PROVIDER", request.param)
    monkeypatch.setenv("DRAFT_GUIDELINES", str(guidelines_folder(tmp_path)))
    monkeypatch.setenv("DESKLOOP_LLM_MAX_RETRIES", "1")
    async with client(create_app()) as connected:
        yield connected


async def test_a_reply_with_verbatim_quotes(http: httpx.AsyncClient, llmock: LLMock) -> None:
    llmock.reply(answer())
    draft = (await http.post("/draft", json=body())).json()
    assert draft["citations"] == [{"source_id": "reset-hub#1", "quote": QUOTE}]
    assert (draft["abstained"], draft["confidence"]) == (False, 0.9)
    assert draft["usage"]["output_tokens"] > 0
    llmock.assert_resilient()


async def test_an_invented_quote_leaves_no_reply(http: httpx.AsyncClient, llmock: LLMock) -> None:
    llmock.reply(answer(citations=[{"source": "Doc 1", "quote": "You get a free Hub."}]))
    draft = (await http.post("/draft", json=body())).json()
    assert (draft["abstained"], draft["reply"], draft["citations"]) == (True, "", [])
    assert "You get a free Hub." in " ".join(draft["findings"])


async def test_what_the_model_is_shown(http: httpx.AsyncClient, llmock: LLMock) -> None:
    llmock.reply(answer(reply="Hi <NAME_1>,\n\nhold it for 12 seconds."))
    thread = [
        {"author": "customer", "body": f"turn number {n}", "at": "2026-11-22T09:00:00Z"}
        for n in range(1, 8)
    ]
    question = "Ana Lima here, ana@example.org. How do I reset it?"
    draft = (await http.post("/draft", json=body(question, thread=thread))).json()
    sent = json.dumps(llmock.last_request.body, ensure_ascii=False)
    assert "[Doc 1: Reset your Hub]" in sent
    assert "turn number 3" in sent
    assert "turn number 2" not in sent
    assert "Write like a helpful neighbour." in sent
    for private in ("Ana Lima", "ana@example.org"):
        assert private not in sent
    assert draft["reply"].startswith("Hi Ana Lima,")


async def test_guidelines_of_the_request_replace_the_files(
    http: httpx.AsyncClient, llmock: LLMock
) -> None:
    llmock.reply(answer())
    await http.post("/draft", json=body() | {"guidelines": "Write like a pirate."})
    sent = json.dumps(llmock.last_request.body)
    assert "Write like a pirate." in sent
    assert "helpful neighbour" not in sent


async def test_a_dead_vendor_leaves_the_local_drafter(
    http: httpx.AsyncClient, llmock: LLMock
) -> None:
    llmock.outage()
    response = await http.post("/draft", json=body("How do I factory reset the hub?"))
    assert response.status_code == 200
    assert response.json()["provider"] == "local"
    assert "12 seconds" in response.json()["reply"]


async def test_the_stream_shows_the_reply_and_ends_with_the_draft(
    http: httpx.AsyncClient, llmock: LLMock
) -> None:
    llmock.reply(answer())
    events = await stream(http)
    shown = "".join(data["text"] for event, data in events if event == "delta")
    assert events[-1][0] == "draft"
    assert shown == events[-1][1]["reply"]
    assert len(events) > 2


@pytest.mark.parametrize("finish", ["content_filter", "length"])
async def test_declined_or_cut_off_is_for_a_human_and_asks_nobody_else(
    finish: str, http: httpx.AsyncClient, llmock: LLMock
) -> None:
    llmock.add(Reply("", finish_reason=finish), Reply("", finish_reason=finish))
    draft = (await http.post("/draft", json=body())).json()
    event, last = (await stream(http))[-1]
    assert event == "draft"
    for told in (draft, last):
        assert (told["abstained"], told["reply"]) == (True, "")
        assert told["provider"] != "local"
        assert told["usage"]["input_tokens"] + told["usage"]["cache_write_tokens"] > 0


async def stream(http: httpx.AsyncClient) -> list[tuple[str, Any]]:
    events: list[tuple[str, Any]] = []
    async with http.stream("POST", "/draft/stream", json=body()) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((event, json.loads(line.removeprefix("data: "))))
    return events


async def test_no_drafter_left_is_503_with_retry_after(
    client: Client, llmock: LLMock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRAFT_PROVIDER", "anthropic")
    monkeypatch.setenv("DRAFT_FALLBACK", " , ")
    monkeypatch.setenv("DRAFT_GUIDELINES", str(guidelines_folder(tmp_path)))
    monkeypatch.setenv("DESKLOOP_LLM_MAX_RETRIES", "0")
    async with client(create_app()) as http:
        llmock.outage()
        response = await http.post("/draft", json=body())
        assert response.status_code == 503
        assert "Retry-After" in response.headers
        llmock.reset()
        llmock.outage()
        assert (await stream(http))[-1][0] == "error"


def test_the_stable_prefix_is_long_enough_to_be_cached() -> None:
    from services.draft.prompting import _SYSTEM

    assert len(_SYSTEM.split()) > 900  # 1,024 tokens is safe for every model we name
    assert RESET["title"] not in _SYSTEM


@pytest.mark.parametrize(("fallback", "drafted_by"), [(" , ", "anthropic"), ("local", "local")])
async def test_what_was_paid_and_cannot_be_used_stays_on_the_bill(
    fallback: str,
    drafted_by: str,
    client: Client,
    llmock: LLMock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DRAFT_PROVIDER", "anthropic")
    monkeypatch.setenv("DRAFT_FALLBACK", fallback)
    monkeypatch.setenv("DRAFT_GUIDELINES", str(guidelines_folder(tmp_path)))
    llmock.reply("no JSON at all", times=2)
    async with client(create_app()) as http:
        draft = (await http.post("/draft", json=body())).json()
        event, last = (await stream(http))[-1]
    if drafted_by == "local":
        assert (event, last["cost_usd"]) == ("draft", draft["cost_usd"])
    assert draft["provider"] == drafted_by
    assert draft["cost_usd"] > 0
    assert draft["usage"]["output_tokens"] > 0
    if drafted_by == "anthropic":
        assert (draft["abstained"], draft["reply"]) == (True, "")
        assert "JSON" in " ".join(draft["findings"])
