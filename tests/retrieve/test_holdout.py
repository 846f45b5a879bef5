"""The hold-out: by chance, but the same for all turns of a ticket, and without corrections."""

import httpx
import pytest

from services.retrieve.holdout import is_held_out
from tests.counting_embedder import CountingEmbedder
from tests.retrieve.test_answers import RETURNS, ask, solved, teach


def test_about_the_share_that_was_asked_for() -> None:
    held = [is_held_out(f"django-helpdesk:{n}", 0.2) for n in range(5000)]
    assert abs(sum(map(bool, held)) / 5000 - 0.2) < 0.02
    assert held == [is_held_out(f"django-helpdesk:{n}", 0.2) for n in range(5000)]


def test_whoever_is_held_out_of_a_tenth_is_held_out_of_a_fifth() -> None:
    for n in range(500):
        assert not is_held_out(f"t:{n}", 0.1) or is_held_out(f"t:{n}", 0.2)


def test_without_a_hold_out_nobody_is_on_any_side() -> None:
    assert is_held_out("t:1", 0.0) is None


async def test_off_by_default(
    http: httpx.AsyncClient, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    found = await ask(http, "I want to return my sensor")
    assert found["corrections"]
    assert "held_out" not in found


class TestHalfHeldOut:
    """The share is read when the service starts."""

    @pytest.fixture(autouse=True)
    def half(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("RETRIEVE_HOLDOUT_SHARE", "0.5")

    async def test_one_side_gets_corrections_and_the_other_none(
        self, half: None, http: httpx.AsyncClient, database_url: str, embedder: CountingEmbedder
    ) -> None:
        await teach(database_url, embedder, solved())
        sides = set()
        for number in range(12):
            found = await ask(http, "I want to return my sensor", ticket_id=f"test:{number}")
            sides.add(found["held_out"])
            assert found["held_out"] == is_held_out(f"test:{number}", 0.5)
            texts = [each["resolution"] for each in found["corrections"]]
            assert texts == [] if found["held_out"] else RETURNS in texts
        assert sides == {True, False}
