"""The service's own promises: token, size, fields, readiness, clear errors."""

from collections.abc import Callable
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from pydantic import ValidationError

from services.classify.errors import TaxonomyInvalid
from services.classify.main import create_app
from services.common.llm import ProviderMisconfigured
from tests.classify.conftest import Service, labels, ticket


async def test_token_is_required(service: Service) -> None:
    async with service() as http:
        for header in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}):
            answer = await http.post("/classify", json={"ticket": ticket()}, headers=header)
            assert answer.status_code == 401
            assert answer.json()["code"] == "unauthenticated"
        assert (await http.get("/health", headers={"Authorization": ""})).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda t: t.update(surprise=1), "ticket.surprise"),
        (lambda t: t.update(id=""), "ticket.id"),
        (lambda t: t.pop("body"), "ticket.body"),
        (lambda t: t.update(body=7), "ticket.body"),
        (lambda t: t.update(body="a\x00b"), "ticket.body"),
        (lambda t: t.update(created_at="2026-11-22T10:00:00"), "ticket.created_at"),
        (lambda t: t["requester"].pop("id"), "ticket.requester.id"),
    ],
)
async def test_wrong_field_is_named(
    change: Callable[[dict[str, Any]], Any], field: str, service: Service
) -> None:
    wrong = ticket()
    change(wrong)
    async with service() as http:
        answer = await http.post("/classify", json={"ticket": wrong})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in [item["field"] for item in answer.json()["errors"]]


async def test_too_large_a_body_is_refused(llmock: LLMock, service: Service) -> None:
    async with service() as http:
        answer = await http.post("/classify", json={"ticket": ticket(body="x" * 1_048_576)})
    assert answer.status_code == 413
    assert llmock.requests == []


async def test_providers_away_is_503_and_soon_not_ready(
    llmock: LLMock, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_LLM_BREAKER_FAILURES", "2")
    monkeypatch.setenv("CLASSIFY_FALLBACK", "openai")
    llmock.fail(529, times=None, retry_after=7)
    async with service() as http:
        assert (await http.get("/ready")).status_code == 200
        for _ in range(2):
            answer = await http.post("/classify", json={"ticket": ticket()})
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "7"
            assert answer.json()["code"] == "model_unavailable"
        ready = await http.get("/ready")
        assert ready.status_code == 503
        assert "provider" in ready.json()["detail"]
        before = len(llmock.requests)
        assert (await http.post("/classify", json={"ticket": ticket()})).status_code == 503
    assert len(llmock.requests) == before  # left alone


async def test_ticket_text_is_not_logged(
    llmock: LLMock, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    llmock.reply(labels(category="nowhere")).fail(500)
    async with service() as http:
        await http.post("/classify", json={"ticket": ticket(body="my secret orchid")})
    out = capsys.readouterr()
    assert "orchid" not in out.out + out.err
    assert "model_failed" in out.out


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CLASSIFY_PROVIDER", "gemini", "CLASSIFY_PROVIDER is 'gemini'"),
        ("CLASSIFY_FALLBACK", "local,gpt", "CLASSIFY_FALLBACK is 'gpt'"),
        ("CLASSIFY_PROVIDER", "openai", "OPENAI_API_KEY is not set"),
        ("CLASSIFY_FALLBACK", "openai", "CLASSIFY_FALLBACK .* OPENAI_API_KEY"),
    ],
)
def test_wrong_provider_is_a_clear_error_at_start(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ProviderMisconfigured, match=says):
        create_app()


def test_missing_taxonomy_is_a_clear_error_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLASSIFY_TAXONOMY", "config/nowhere.yaml")
    with pytest.raises(TaxonomyInvalid, match=r"CLASSIFY_TAXONOMY 'config/nowhere\.yaml'"):
        create_app()


def test_wrong_effort_is_a_clear_error_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLASSIFY_ANTHROPIC_EFFORT", "max")
    with pytest.raises(ValidationError, match="anthropic_effort"):
        create_app()
