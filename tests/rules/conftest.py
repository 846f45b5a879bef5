"""The rules service on a real database, and its rules file without one."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.rules.main import create_app
from services.rules.rulebook import Rulebook, load_rulebook
from tests.conftest import Client

RULES_FILE = Path("config/rules/default.yaml")


@pytest.fixture
async def rules(
    client: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)
    async with client(create_app()) as http:
        yield http


@pytest.fixture(scope="session")
def book() -> Rulebook:
    return load_rulebook(RULES_FILE)
