"""Bad input to the draft service, and its start-up errors."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.common.llm.providers import ProviderMisconfigured
from services.draft.main import create_app
from tests.conftest import Client
from tests.draft.material import RESET, body, guidelines_folder


@pytest.fixture
async def http(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("DRAFT_GUIDELINES", str(guidelines_folder(tmp_path)))
    async with client(create_app()) as connected:
        yield connected


async def test_without_a_key_the_local_drafter_answers(http: httpx.AsyncClient) -> None:
    response = await http.post("/draft", json=body("How do I reset my hub to factory settings?"))
    assert response.json()["provider"] == "local"
    assert response.json()["cost_usd"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"documents": [RESET | {"score": 2}]}, "documents.0.score"),
        ({"documents": [RESET] * 51}, "documents"),
        ({"tone": "nice"}, "tone"),
        ({"corrections": None}, "corrections"),
    ],
)
async def test_bad_input_names_the_field(
    http: httpx.AsyncClient, changes: dict[str, Any], field: str
) -> None:
    for path in ("/draft", "/draft/stream"):
        response = await http.post(path, json=body() | changes)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == field


async def test_the_token_is_needed(http: httpx.AsyncClient) -> None:
    for path in ("/draft", "/draft/stream"):
        response = await http.post(path, json=body(), headers={"Authorization": ""})
        assert response.status_code == 401


async def test_it_is_ready(http: httpx.AsyncClient) -> None:
    assert (await http.get("/ready")).status_code == 200


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("DRAFT_PROVIDER", "claude", "DRAFT_PROVIDER is 'claude'"),
        ("DRAFT_PROVIDER", "openai", "OPENAI_API_KEY is not set"),
        ("DRAFT_FALLBACK", "gpt", "DRAFT_FALLBACK is 'gpt'"),
    ],
)
def test_a_wrong_setting_is_named_at_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, value: str, says: str
) -> None:
    monkeypatch.setenv("DRAFT_GUIDELINES", str(guidelines_folder(tmp_path)))
    monkeypatch.setenv(setting, value)
    with pytest.raises(ProviderMisconfigured, match=says):
        create_app()
