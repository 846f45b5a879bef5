"""The learned answer over HTTP: fitted from the store, shared by version, taken back."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import psycopg
import pytest

from services.common.database import Database
from services.common.settings import DatabaseSettings
from services.retrieve.answer_fitting import AnswerFitting
from services.retrieve.answer_store import AnswerStore
from services.retrieve.errors import MixedEmbeddings, TooFewCorrections, UnknownAnswerModel
from services.retrieve.fit import main
from tests.counting_embedder import CountingEmbedder

RETURNS = "You can return it in its box. Print the label in the app and hand the parcel in."
PAIRING = "Hold the button of the hub until it blinks, then pair the sensor again in the app."
ASKED = {
    RETURNS: ("I want to return my sensor", "How do I send the sensor back", "Return label please"),
    PAIRING: ("The hub does not find my sensor", "Pairing fails again", "Sensor lost its hub"),
}
PLACES = ("kitchen", "balcony", "office", "garden", "hall", "attic", "cellar", "porch", "studio")
STYLES = ("{} in the {}", "Hello, {}, it is the one from the {}", "{}. It stood in the {}!")


def solved() -> list[tuple[str, str]]:
    return [
        (style.format(question, place), answer)
        for answer, questions in ASKED.items()
        for question in questions
        for place in PLACES
        for style in STYLES
    ]


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    made = Database(DatabaseSettings())
    yield made
    await made.close()


async def teach(url: str, embedder: CountingEmbedder, rows: list[tuple[str, str]]) -> None:
    texts = [text for row in rows for text in row]
    vectors = iter(await embedder.embed(texts))
    with psycopg.connect(url) as connection:
        for number, (question, answer) in enumerate(rows):
            connection.execute(
                "insert into support_corrections (ticket_id, ticket_text, human_resolution, "
                "category, agent_id, embedding_model, embedding, resolution_embedding) "
                "values (%s, %s, %s, 'technical', 'anna', %s, %s::text::halfvec, "
                "%s::text::halfvec)",
                (f"t:{number}", question, answer, embedder.name, str(next(vectors)),
                 str(next(vectors))),
            )  # fmt: skip


async def ask(
    http: httpx.AsyncClient, body: str, ticket_id: str = "test:1", **fields: Any
) -> dict[str, Any]:
    ticket = {
        "id": ticket_id, "source": "test", "subject": "", "body": body, "thread": [],
        "requester": {"id": "r"}, "created_at": "2026-11-22T08:00:00Z", "metadata": {},
    }  # fmt: skip
    request = {"ticket": ticket, "category": "technical", "min_similarity": 0.3, **fields}
    answer = await http.post("/retrieve", json=request)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def fitting(database: Database, embedder: CountingEmbedder) -> AnswerFitting:
    return AnswerFitting(AnswerStore(database, embedder.name, embedder.dimensions), embedder)


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("RETRIEVE_ANSWER_MODEL_REFRESH_SECONDS", "0")
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", database_url)


async def test_without_a_model_an_answer_is_not_even_mentioned(http: httpx.AsyncClient) -> None:
    assert "answer" not in await ask(http, "I want to return my sensor")


async def test_the_learned_answer_comes_with_its_probability(
    http: httpx.AsyncClient, database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    report = await fitting(database, embedder).fit("anna")
    assert (report["corrections"], report["answers"]) == (162, 2)
    assert report["right_when_unseen"] > 0.9
    found = await ask(http, "Please, how can I return a sensor?")
    assert {each["resolution"] for each in found["corrections"]} == {RETURNS}
    assert found["answer"]["correction_ids"] == [each["id"] for each in found["corrections"]]
    assert found["answer"]["probability"] > 0.8
    assert found["answer"]["version"] == report["version"]


async def test_an_earlier_version_is_used_again_and_none_at_all(
    http: httpx.AsyncClient, database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    fits = fitting(database, embedder)
    first = (await fits.fit("anna"))["version"]
    second = (await fits.fit("anna"))["version"]
    assert (await ask(http, "Pairing fails"))["answer"]["version"] == second
    await fits.activate(first)
    assert (await ask(http, "Pairing fails"))["answer"]["version"] == first
    await fits.activate(None)
    assert "answer" not in await ask(http, "Pairing fails")
    with pytest.raises(UnknownAnswerModel, match="999"):
        await fits.activate(999)


async def test_what_was_taught_after_the_fit_is_found_at_once(
    http: httpx.AsyncClient, database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    await fitting(database, embedder).fit("anna")
    with psycopg.connect(database_url) as connection:
        connection.execute("update support_corrections set ticket_id = 'old:' || ticket_id")
    newest = ("Which plants like the Sprig?", "Those in soil do; water plants do not need it.")
    await teach(database_url, embedder, [newest])
    found = await ask(http, "Which plants like the Sprig?")
    assert found["corrections"][0]["resolution"] == newest[1]
    assert "answer" not in found


async def test_an_answer_that_was_given_once_is_still_found_after_the_fit(
    http: httpx.AsyncClient, database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    once = ("Which plants like the Sprig?", "Those in soil do; water plants do not need it.")
    await teach(database_url, embedder, [*solved(), once])
    report = await fitting(database, embedder).fit("anna")
    assert report["corrections"] == 163
    found = await ask(http, "Which plants like the Sprig?")
    assert found["corrections"][0]["resolution"] == once[1]
    assert "answer" not in found


async def test_a_correction_that_was_withdrawn_is_not_quoted(
    http: httpx.AsyncClient, database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    await fitting(database, embedder).fit("anna")
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update support_corrections set active = false where human_resolution = %s", (RETURNS,)
        )
    found = await ask(http, "I want to return my sensor, how?")
    assert RETURNS not in {each["resolution"] for each in found["corrections"]}
    assert found.get("answer", {"probability": 0})["probability"] < 0.5


async def test_too_few_corrections_say_how_many_are_missing(
    database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved()[:20])
    with pytest.raises(TooFewCorrections, match="needs 50 solved tickets, there are 20: 30 more"):
        await fitting(database, embedder).fit("anna")


async def test_corrections_of_another_embedding_model_are_refused(
    database: Database, database_url: str, embedder: CountingEmbedder
) -> None:
    await teach(database_url, embedder, solved())
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "update support_corrections set embedding_model = 'other:model' where ticket_id = 't:7'"
        )
    with pytest.raises(MixedEmbeddings, match=r"1 with other:model.*reembed"):
        await fitting(database, embedder).fit("anna")


def test_the_command_says_why_it_cannot(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert "needs 50 solved tickets, there are 0" in capsys.readouterr().err
    assert main(["--activate", "3"]) == 1
    assert "no answer model 3" in capsys.readouterr().err
    assert main(["--list"]) == 0
