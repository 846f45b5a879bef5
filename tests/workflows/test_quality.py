"""`Sample for quality review`, run by a real n8n."""

import pytest

from local.postgres.embedded import free_port
from services.contracts.quality import DrawSamplesRequest, SamplesDrawn
from tests.workflows.conftest import N8n
from tests.workflows.stubs import Stubs

pytestmark = pytest.mark.n8n

WORKFLOW, TRIGGER = "sample-for-quality-review", "Every morning"
DRAWN = SamplesDrawn(drawn=[], days=[], waiting=3).model_dump(mode="json")


def test_the_share_of_the_settings_is_drawn(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["samples"] = (200, DRAWN)
    n8n.set(quality_sample_share=0.1)
    try:
        assert n8n.end(n8n.run(WORKFLOW, TRIGGER)) == "success"
        [body] = stubs.bodies("samples")
    finally:
        n8n.set(quality_sample_share=0.05)
    assert DrawSamplesRequest.model_validate(body).share == 0.1
    assert {call.path for call in stubs.calls if call.step == "samples"} == {"/qa/samples"}


def test_nothing_is_drawn_where_the_settings_say_so(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["samples"] = (200, DRAWN)
    n8n.set(quality_sample_share=0)
    try:
        assert n8n.end(n8n.run(WORKFLOW, TRIGGER)) == "success"
        assert "samples" not in stubs.steps()
    finally:
        n8n.set(quality_sample_share=0.05)


def test_a_failure_says_its_own_words_whatever_code_is_in_them(n8n: N8n, stubs: Stubs) -> None:
    n8n.set(ledger_url=f"http://127.0.0.1:{free_port()}")
    try:
        execution = n8n.run(WORKFLOW, TRIGGER)
        assert n8n.end(execution) == "error"
    finally:
        n8n.set(ledger_url=n8n.seed.ledger_url)
    assert n8n.said(execution) == (
        "No sample was drawn for the quality review (no answer); the next morning makes up for it."
    )


def test_a_morning_without_a_sample_is_seen(n8n: N8n, stubs: Stubs) -> None:
    stubs.answers["samples"] = (503, {})
    assert n8n.end(n8n.run(WORKFLOW, TRIGGER)) == "error"
