"""What differs between OpenAI-compatible gateways, each behind a setting."""

import json

import httpx
import pytest
from llmock.pytest_plugin import LLMock

from services.common.llm import ModelRejected, ModelSettings, Provider
from services.common.llm.openai_model import OpenAIModel
from services.common.llm.pricing import PriceList
from services.common.llm.settings import JsonMode, TokenLimitField
from tests.common.llm.conftest import GOOD, SYSTEM, MakeModel, prompt

UNKNOWN_FORMAT = "response_format of type json_schema is not supported"


async def test_gateway_without_schemas_gets_json_object(
    llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.fail(400, message=UNKNOWN_FORMAT).reply(GOOD, times=2)
    model = make_model(Provider.OPENAI)
    assert (await model.complete(prompt())).answer.score == 0.5
    await model.complete(prompt("again"))
    bodies = [record.body for record in llmock.requests]
    kinds = [body["response_format"]["type"] for body in bodies]
    assert kinds == ["json_schema", "json_object", "json_object"]  # it is remembered
    assert '"additionalProperties": false' in bodies[1]["messages"][0]["content"]


@pytest.mark.parametrize(
    ("message", "mode"),
    [("the prompt is too long", JsonMode.AUTO), (UNKNOWN_FORMAT, JsonMode.JSON_SCHEMA)],
)
async def test_other_rejections_are_final(
    message: str, mode: JsonMode, llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.fail(400, message=message).reply(GOOD)
    with pytest.raises(ModelRejected):
        await make_model(Provider.OPENAI, openai_json_mode=mode).complete(prompt())
    assert len(llmock.requests) == 1


async def test_cache_control_only_where_the_setting_says_so(
    llmock: LLMock, make_model: MakeModel
) -> None:
    llmock.reply(GOOD, times=2)
    await make_model(Provider.OPENAI).complete(prompt())
    await make_model(Provider.OPENAI, openai_cache_control=True).complete(prompt())
    plain, marked = (record.body["messages"][0]["content"] for record in llmock.requests)
    assert plain == SYSTEM
    assert marked == [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}]


async def test_name_of_the_token_limit(llmock: LLMock, make_model: MakeModel) -> None:
    llmock.reply(GOOD, times=2)
    await make_model(Provider.OPENAI).complete(prompt())
    await make_model(Provider.OPENAI, openai_token_limit=TokenLimitField.MAX_TOKENS).complete(
        prompt()
    )
    new, old = (record.body for record in llmock.requests)
    assert (new["max_completion_tokens"], "max_tokens" in new) == (300, False)
    assert (old["max_tokens"], "max_completion_tokens" in old) == (300, False)


async def test_anthropic_thinking_and_effort(llmock: LLMock, make_model: MakeModel) -> None:
    llmock.reply(GOOD, times=3)
    await make_model(Provider.ANTHROPIC).complete(prompt())
    await make_model(Provider.ANTHROPIC, effort="medium").complete(prompt(thinking=True))
    await make_model(Provider.ANTHROPIC, effort=None).complete(prompt())
    off, on, older = (record.body for record in llmock.requests)
    assert off["thinking"] == {"type": "disabled"}
    assert off["output_config"]["effort"] == "low"
    assert off["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert "thinking" not in on
    assert on["output_config"]["effort"] == "medium"
    assert "effort" not in older["output_config"]


@pytest.mark.parametrize("usage", [{}, {"usage": None}, {"usage": {}}])
async def test_gateway_that_counts_no_tokens(
    usage: dict[str, object], settings: ModelSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"content": GOOD}}
    text = json.dumps({"choices": [choice], "model": "m", **usage})
    model = OpenAIModel("m", settings, PriceList.load())

    async def answer(*_: object, **__: object) -> httpx.Response:
        request = httpx.Request("POST", "http://gateway.example")
        headers = {"Content-Type": "application/json"}
        return httpx.Response(200, text=text, headers=headers, request=request)

    monkeypatch.setattr(model._client._client, "send", answer)
    said = await model.complete(prompt())
    assert (said.answer.score, said.usage.input_tokens, said.cost_usd) == (0.5, 0, 0.0)
    await model.close()
