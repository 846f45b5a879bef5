"""A running store_correction service on a real database with the local embedding model."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from services.store_correction.main import create_app
from tests.conftest import Client
from tests.counting_embedder import CountingEmbedder

Send = Callable[..., Awaitable[dict[str, Any]]]

QUESTION = "How do I send my sensor back?\nIt does not fit my pots and I want to return it."
ANSWER = "You can return it within 30 days. Print the label in the app and hand the parcel in."
REPHRASED = "You can return it within 30 days. Hand in the parcel with the label from the app."


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def app(database_url: str, embedder: CountingEmbedder, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    return create_app(embedder)


@pytest.fixture
async def http(app: FastAPI, client: Client) -> AsyncIterator[httpx.AsyncClient]:
    async with client(app) as connected:
        yield connected


def correction(**fields: Any) -> dict[str, Any]:
    """A body of `POST /corrections` that is right as it stands."""
    return {
        "ticket_id": "test:1",
        "ticket_text": QUESTION,
        "ai_draft": "Please read our terms.",
        "human_resolution": ANSWER,
        "category": "shipping",
        "agent_id": "anna",
        "verdict": "edited",
        **fields,
    }


@pytest.fixture
def send(http: httpx.AsyncClient) -> Send:
    """Post a correction with these fields changed; returns the answer's body."""

    async def post(**fields: Any) -> dict[str, Any]:
        answer = await http.post("/corrections", json=correction(**fields))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return post


@pytest.fixture
def evidence(database_url: str) -> Callable[[], set[str]]:
    """Return the ids of the corrections that may be shown to the drafter."""

    def ids() -> set[str]:
        with psycopg.connect(database_url) as connection:
            rows = connection.execute("select id::text from support_corrections where evidence")
            return {row[0] for row in rows}

    return ids
