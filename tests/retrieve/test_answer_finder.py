"""The active version is kept until the next one is loaded, whatever happens meanwhile."""

import asyncio
from typing import Any

import pytest

from services.common.errors import DatabaseUnavailable
from services.retrieve import answer_finder
from services.retrieve.answer_finder import AnswerFinder
from services.retrieve.settings import RetrieveSettings


class Store:
    """A store whose database goes away, or is slow, while a version is read."""

    def __init__(self) -> None:
        self.version = 1
        self.away = False
        self.ready = asyncio.Event()
        self.ready.set()

    async def active(self) -> tuple[int, str]:
        return self.version, "a-model"

    async def artefact(self, version: int) -> bytes:
        await self.ready.wait()
        if self.away:
            raise DatabaseUnavailable("PostgreSQL does not answer.")
        return f"model {version}".encode()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(answer_finder, "from_bytes", bytes.decode)
    return Store()


def finder(store: Any, seconds: float) -> AnswerFinder:
    settings = RetrieveSettings(answer_model_refresh_seconds=seconds)
    return AnswerFinder(store, "a-model", settings)


async def test_a_version_that_could_not_be_read_is_read_later(store: Store) -> None:
    found = finder(store, 0)
    store.away = True
    with pytest.raises(DatabaseUnavailable):
        await found._current()
    store.away = False
    assert await found._current() == (1, "model 1")


async def test_while_a_new_version_is_loaded_the_former_one_answers(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = finder(store, 30)
    await found._current()
    store.version = 2
    store.ready.clear()
    monkeypatch.setattr(found, "_looked_at", float("-inf"))
    loading = asyncio.create_task(found._current())
    await asyncio.sleep(0)
    assert await found._current() == (1, "model 1")
    store.ready.set()
    assert await loading == (2, "model 2")
