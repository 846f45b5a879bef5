"""The next model is asked where one fails, and a failing one is left alone for a while."""

import asyncio

import pytest

from services.common.llm import (
    Completion,
    FallbackModel,
    ModelAnswerInvalid,
    ModelError,
    ModelRefused,
    ModelRejected,
    ModelSettings,
    ModelTruncated,
    ModelUnavailable,
)
from services.contracts import Usage
from tests.common.llm.conftest import GOOD, prompt
from tests.common.llm.fakes import FakeModel

SETTINGS = ModelSettings(breaker_failures=2, breaker_seconds=0.2)


def away(seconds: float = 9.0) -> ModelUnavailable:
    error = ModelUnavailable("away")
    error.retry_after = seconds
    return error


@pytest.mark.parametrize(
    "error", [away(), ModelRejected("no"), ModelAnswerInvalid("odd")], ids=lambda e: e.code
)
async def test_next_model_answers(error: ModelError) -> None:
    first, second = FakeModel(error), FakeModel(GOOD, model="fake-2")
    done = await FallbackModel([first, second], SETTINGS).complete(prompt())
    assert done.model == "fake-2"
    assert len(first.prompts) == 1


@pytest.mark.parametrize("error", [ModelRefused("no"), ModelTruncated("cut")])
async def test_refusal_and_cut_off_are_for_a_human(error: ModelError) -> None:
    second = FakeModel(GOOD)
    with pytest.raises(type(error)):
        await FallbackModel([FakeModel(error), second], SETTINGS).complete(prompt())
    assert second.prompts == []


async def test_failed_attempts_are_in_the_cost() -> None:
    odd = ModelAnswerInvalid("odd").billed(Usage(input_tokens=5), 0.5)
    done = await FallbackModel([FakeModel(odd), FakeModel(GOOD)], SETTINGS).complete(prompt())
    assert done.cost_usd == pytest.approx(0.501)


async def test_all_fail_and_the_passing_failure_is_told() -> None:
    models = FallbackModel([FakeModel(away()), FakeModel(ModelRejected("bad key"))], SETTINGS)
    with pytest.raises(ModelUnavailable) as caught:
        await models.complete(prompt())
    assert caught.value.retry_after == 9.0


async def test_failing_model_is_left_alone_then_tried_again() -> None:
    first = FakeModel(away(), away(), GOOD, model="fake-1")
    second = FakeModel(GOOD, model="fake-2")
    models = FallbackModel([first, second], SETTINGS)
    for _ in range(4):
        assert (await models.complete(prompt())).model == "fake-2"
    assert len(first.prompts) == 2
    await asyncio.sleep(0.25)
    assert (await models.complete(prompt())).model == "fake-1"


async def test_check_says_when_every_model_is_left_alone() -> None:
    models = FallbackModel([FakeModel(away(), away(), GOOD)], SETTINGS)
    await models.check()
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="away"):
            await models.complete(prompt())
    with pytest.raises(ModelUnavailable, match="kept failing"):
        await models.check()
    with pytest.raises(ModelUnavailable, match="kept failing"):
        await models.complete(prompt())
    await asyncio.sleep(0.25)
    await models.check()
    assert (await models.complete(prompt())).answer.score == 0.5


async def test_odd_answers_do_not_open_the_circuit() -> None:
    first = FakeModel(ModelAnswerInvalid("odd"))
    models = FallbackModel([first], SETTINGS)
    for _ in range(5):
        with pytest.raises(ModelAnswerInvalid):
            await models.complete(prompt())
    assert len(first.prompts) == 5


async def test_stream_falls_back_before_the_first_piece() -> None:
    models = FallbackModel([FakeModel(away()), FakeModel(GOOD, model="fake-2")], SETTINGS)
    items = [item async for item in models.stream(prompt())]
    assert isinstance(items[-1], Completion)
    assert items[-1].model == "fake-2"


async def test_stream_that_breaks_in_the_middle_is_final() -> None:
    class Breaking(FakeModel):
        async def stream(self, prompt):  # type: ignore[no-untyped-def]
            yield '{"summary'
            raise away()

    second = FakeModel(GOOD)
    with pytest.raises(ModelUnavailable):
        async for _ in FallbackModel([Breaking(GOOD), second], SETTINGS).stream(prompt()):
            pass
    assert second.prompts == []


async def test_close_reaches_every_model() -> None:
    inner = [FakeModel(GOOD), FakeModel(GOOD)]
    await FallbackModel(inner, SETTINGS).close()
    assert all(model.closed for model in inner)
