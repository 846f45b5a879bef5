"""A correction remembers the language it was given in; older ones are looked at afterwards."""

import asyncio

import httpx
import psycopg

from services.common.database import Database
from services.common.settings import DatabaseSettings
from services.store_correction.language import tell_languages
from services.store_correction.store import CorrectionStore
from tests.counting_embedder import CountingEmbedder
from tests.store_correction.conftest import Send

GERMAN = "Drucken Sie das Etikett in der App aus und geben Sie das Paket innerhalb von 30 Tagen ab."


def languages(database_url: str) -> list[str | None]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select language from support_corrections order by created_at")
        return [row[0] for row in rows]


async def test_it_is_told_when_stored_and_when_edited(
    http: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    stored = await send()
    await send(ticket_id="test:2", ticket_text="Etikett?", human_resolution=GERMAN)
    assert languages(database_url) == ["en", "de"]
    edited = await http.patch(f"/corrections/{stored['id']}", json={"human_resolution": GERMAN})
    assert edited.status_code == 200, edited.text
    assert languages(database_url) == ["de", "de"]


async def test_a_short_answer_is_told_by_its_question(send: Send, database_url: str) -> None:
    question = "Wie lange habe ich Zeit, den Sensor zurückzuschicken? Er passt leider nicht."
    await send(ticket_text=question, human_resolution="30 Tage.")
    await send(ticket_id="test:2", ticket_text="Etikett?", human_resolution="Ja, 30.")
    assert languages(database_url) == ["de", "und"]


async def test_what_was_stored_before_is_told_afterwards(send: Send, database_url: str) -> None:
    await send()
    await send(ticket_id="test:2", ticket_text="Etikett?", human_resolution=GERMAN)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update support_corrections set language = null")
        before = connection.execute("select count(*) from correction_changes").fetchone()
        database = Database(DatabaseSettings())
        try:
            store = CorrectionStore(database, CountingEmbedder.name, CountingEmbedder.dimensions)
            await asyncio.wait_for(tell_languages(store), 10)
        finally:
            await database.close()
        assert languages(database_url) == ["en", "de"]
        # it follows from the text, so nobody changed anything
        assert connection.execute("select count(*) from correction_changes").fetchone() == before
