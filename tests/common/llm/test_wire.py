"""What really goes over the wire to the vendors, and what is made of what comes back."""

import json
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Reply

from services.common.llm import (
    Completion,
    ModelAnswerInvalid,
    ModelError,
    ModelRefused,
    ModelRejected,
    ModelTruncated,
    ModelUnavailable,
    Provider,
)
from tests.common.llm.conftest import GOOD, SYSTEM, VENDORS, MakeModel, Mood, prompt

SAMPLING = {"temperature", "top_p", "top_k", "tools", "tool_choice", "output_format"}

pytestmark = pytest.mark.parametrize("vendor", VENDORS)


def sent(llmock: LLMock) -> dict[str, Any]:
    body = llmock.last_request.body
    assert isinstance(body, dict)
    return body


async def test_structured_answer(vendor: Provider, llmock: LLMock, make_model: MakeModel) -> None:
    llmock.reply(GOOD)
    done = await make_model(vendor).complete(prompt())
    assert done.answer.summary == "A sensor is offline."
    assert done.answer.mood is Mood.CALM
    assert (done.provider, done.usage.output_tokens > 0) == (vendor, True)
    assert done.latency_ms >= 0


async def test_request_has_nothing_the_vendors_refuse(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD)
    await make_model(vendor).complete(prompt())
    body = sent(llmock)
    assert not SAMPLING & body.keys()
    assert body["messages"][-1]["role"] == "user"  # no prefilled answer
    assert "My sensor is offline." in json.dumps(body["messages"][-1])
    assert "My sensor is offline." not in json.dumps(body.get("system", body["messages"][0]))


async def test_schema_forbids_what_was_not_asked_for(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD)
    await make_model(vendor).complete(prompt())
    body = sent(llmock)
    if vendor is Provider.ANTHROPIC:
        schema = body["output_config"]["format"]["schema"]
    else:
        assert body["response_format"]["json_schema"]["strict"] is True
        schema = body["response_format"]["json_schema"]["schema"]
        assert schema["required"] == ["summary", "mood", "score", "seen"]
        assert schema["$defs"]["Mood"]["type"] == "string"
    assert schema["additionalProperties"] is False
    assert "minimum" not in schema["properties"]["score"]
    assert schema["$defs"]["Mood"]["enum"] == ["calm", "cross"]


async def test_cached_prefix_is_counted_and_cheaper(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD, times=2)
    model = make_model(vendor)
    own = prompt()
    own = type(own)(SYSTEM + vendor, own.user, own.answer, own.max_tokens)
    first, second = await model.complete(own), await model.complete(own)
    assert first.usage.cache_read_tokens == 0
    assert second.usage.cache_read_tokens > 512
    assert second.usage.cache_write_tokens == 0
    if vendor is Provider.ANTHROPIC:
        assert first.usage.cache_write_tokens == second.usage.cache_read_tokens
    assert 0 < second.cost_usd < first.cost_usd / 2


@pytest.mark.parametrize("status", [429, 529, 500, 503])
async def test_passing_failure_is_retried_by_the_sdk(
    vendor: Provider, status: int, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.fail(status, times=1, retry_after=0.3).reply(GOOD)
    done = await make_model(vendor).complete(prompt())
    assert done.answer.score == 0.5
    assert [r.status for r in llmock.requests] == [status, 200]
    llmock.assert_resilient(strict=True)  # waited as long as Retry-After asked


@pytest.mark.parametrize("status", [429, 529, 500])
async def test_lasting_failure_is_unavailable(
    vendor: Provider, status: int, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.fail(status, times=None, retry_after=0.2)
    with pytest.raises(ModelUnavailable) as caught:
        await make_model(vendor, max_retries=1).complete(prompt())
    assert caught.value.retry_after == pytest.approx(0.2)
    assert len(llmock.requests) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_rejected_call_is_not_repeated(
    vendor: Provider, status: int, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.fail(status, times=None)
    with pytest.raises(ModelRejected, match=str(status)):
        await make_model(vendor).complete(prompt())
    assert len(llmock.requests) == 1


async def test_slow_answer_is_unavailable(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.delay(1.5, times=None)
    model = make_model(vendor, timeout_seconds=0.2, max_retries=1)
    with pytest.raises(ModelUnavailable, match="APITimeoutError"):
        await model.complete(prompt())


async def test_retries_end_at_the_deadline(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.fail(429, times=None, retry_after=20)
    model = make_model(vendor, deadline_seconds=0.4)
    with pytest.raises(ModelUnavailable, match="TimeoutError"):
        await model.complete(prompt())


async def test_refused_connection_is_unavailable(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    nowhere = "http://127.0.0.1:1"
    model = make_model(vendor, anthropic_base_url=nowhere, openai_base_url=nowhere, max_retries=0)
    with pytest.raises(ModelUnavailable, match="APIConnectionError"):
        await model.complete(prompt())


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(GOOD[:-12]), ModelAnswerInvalid),  # JSON that ends in the middle
        (Reply("I would rather chat."), ModelAnswerInvalid),
        (Reply('{"summary": "x", "mood": "furious", "score": 0.5}'), ModelAnswerInvalid),
        (Reply('{"summary": "x", "mood": "calm", "score": 7}'), ModelAnswerInvalid),
        (Reply("", finish_reason="content_filter"), ModelRefused),
        (Reply(GOOD[:-12], finish_reason="length"), ModelTruncated),
        (Reply(GOOD, finish_reason="something_new"), ModelUnavailable),
    ],
    ids=["truncated", "prose", "enum", "range", "refusal", "max_tokens", "unknown_stop"],
)
async def test_unusable_answer(
    vendor: Provider,
    reply: Reply,
    error: type[ModelError],
    llmock: LLMock,
    make_model: MakeModel,
) -> None:
    llmock.add(reply)
    with pytest.raises(error) as caught:
        await make_model(vendor).complete(prompt())
    assert caught.type is error
    assert caught.value.usage.input_tokens > 0  # billed all the same
    assert caught.value.cost_usd > 0
    assert "furious" not in str(caught.value)


async def test_fenced_json_is_read(vendor: Provider, llmock: LLMock, make_model: MakeModel) -> None:
    llmock.reply(f"```json\n{GOOD}\n```")
    assert (await make_model(vendor).complete(prompt())).answer.score == 0.5


async def test_stream_gives_pieces_then_the_whole(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD)
    items = [item async for item in make_model(vendor).stream(prompt())]
    assert "".join(item for item in items[:-1] if isinstance(item, str)) == GOOD
    assert len(items) > 3
    assert isinstance(items[-1], Completion)
    assert items[-1].answer.summary == "A sensor is offline."
    assert items[-1].usage.output_tokens > 0


@pytest.mark.parametrize("fault", ["disconnect", "truncate", "corrupt"])
async def test_broken_stream_is_never_taken_for_an_answer(
    vendor: Provider, fault: str, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD, times=None)
    getattr(llmock, fault)(after_chunks=5)
    with pytest.raises((ModelUnavailable, ModelAnswerInvalid)):
        [item async for item in make_model(vendor).stream(prompt())]


async def test_stalled_stream_is_given_up(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD).stall(after_chunks=4, seconds=3)
    with pytest.raises(ModelUnavailable):
        [item async for item in make_model(vendor, timeout_seconds=0.3).stream(prompt())]


async def test_slow_stream_ends_at_the_deadline(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD).pace(100)
    with pytest.raises(ModelUnavailable):
        [item async for item in make_model(vendor, deadline_seconds=0.4).stream(prompt())]


async def test_personal_data_stays_here(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD.replace("A sensor is offline.", "<EMAIL_1> and <NAME_1>"))
    asked = prompt('I am Ada "Ace" Byron, ada@example.org', personal_names=('Ada "Ace" Byron',))
    done = await make_model(vendor).complete(asked)
    body = json.dumps(sent(llmock))
    assert "ada@example.org" not in body
    assert "Byron" not in body
    assert done.answer.summary == 'ada@example.org and Ada "Ace" Byron'


async def test_personal_data_comes_back_in_the_stream(
    vendor: Provider, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD.replace("A sensor is offline.", "<NAME_1> wrote to <EMAIL_1>."))
    asked = prompt('I am Ada "Ace" Byron, ada@example.org', personal_names=('Ada "Ace" Byron',))
    items = [item async for item in make_model(vendor).stream(asked)]
    said = json.loads("".join(item for item in items[:-1] if isinstance(item, str)))
    assert said["summary"] == 'Ada "Ace" Byron wrote to ada@example.org.'
    assert isinstance(items[-1], Completion)
    assert items[-1].answer.summary == said["summary"]
