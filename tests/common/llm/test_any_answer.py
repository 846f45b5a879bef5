"""Whatever a model answers, it is a valid answer or one of our errors, never a crash."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.common.llm import ModelAnswerInvalid, ModelError
from services.common.llm.answers import RawAnswer, Stopped, completed
from services.common.llm.pricing import PriceList
from services.common.llm.protocol import Completion
from services.common.llm.redacting import RedactingModel
from services.contracts import Draft, Usage
from services.draft.model import checked, reply_so_far
from services.draft.prompting import ModelDraft
from tests.common.llm.conftest import GOOD, Note, prompt
from tests.common.llm.fakes import FakeModel
from tests.draft.material import request

PRICES = PriceList.load()
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=12,
)
DRAFTS = st.builds(
    ModelDraft,
    findings=st.lists(st.text(max_size=40), max_size=3),
    abstained=st.booleans(),
    citations=st.lists(
        st.fixed_dictionaries({"source": st.text(max_size=20), "quote": st.text(max_size=60)}),
        max_size=3,
    ),
    reply=st.text(max_size=200),
    confidence=st.floats(allow_nan=False),
    language=st.text(max_size=10),
)


def read(text: str, stopped: Stopped = Stopped.DONE) -> Completion[Note]:
    raw = RawAnswer(text, stopped, Usage())
    return completed(
        raw, prompt(), provider="p", model="m", prices=PRICES, started=time.monotonic()
    )


@given(st.text() | JSON.map(json.dumps), st.sampled_from(Stopped))
@settings(deadline=None)
def test_any_text_is_an_answer_or_a_model_error(text: str, stopped: Stopped) -> None:
    with suppress(ModelError):
        assert isinstance(read(text, stopped).answer, Note)


@given(st.integers(min_value=0, max_value=len(GOOD) - 1))
def test_an_answer_cut_off_anywhere_is_refused(end: int) -> None:
    with pytest.raises(ModelError):
        read(GOOD[:end])


@given(DRAFTS)
@settings(deadline=None)
def test_any_draft_is_checked(answer: ModelDraft) -> None:
    with suppress(ModelAnswerInvalid):
        _is_sound(checked(Completion(answer, "p", "m", Usage(), 0.0, 1), request()))


def _is_sound(draft: Draft) -> None:
    assert 0 <= draft.confidence <= 1
    assert bool(draft.reply) is not draft.abstained
    assert draft.abstained or draft.citations


@given(st.text(max_size=60), st.data())
def test_the_reply_so_far_only_grows(reply: str, data: st.DataObject) -> None:
    whole = json.dumps({"findings": [], "reply": reply, "confidence": 1})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    shown = ""
    for cut in [*cuts, len(whole)]:
        now = reply_so_far(whole[:cut])
        assert now.startswith(shown) or not now
        shown = now or shown
    assert shown == reply


@given(st.lists(st.integers(1, 12), max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_stream_cut_anywhere_is_restored_alike(cuts: list[int]) -> None:
    text = GOOD.replace("A sensor is offline.", "<NAME_1> wrote to <EMAIL_1>, <3 and <b>.")

    class Cut(FakeModel):
        async def stream(self, prompt):  # type: ignore[no-untyped-def]
            left = text
            for size in cuts:
                if left[:size]:
                    yield left[:size]
                left = left[size:]
            yield left
            yield await self.complete(prompt)

    asked = prompt("I am Ada Byron, ada@example.org", personal_names=("Ada Byron",))
    items = [item async for item in RedactingModel(Cut(text)).stream(asked)]
    said = json.loads("".join(item for item in items if isinstance(item, str)))
    assert said["summary"] == "Ada Byron wrote to ada@example.org, <3 and <b>."
