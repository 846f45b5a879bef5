"""Corrections of somebody who was forgotten go for good; what is left is looked at anew."""

from collections.abc import Callable

import httpx
import psycopg

from tests.store_correction.conftest import ANSWER, QUESTION, REPHRASED, Send

SECRET = "xylographic"


def everything(url: str) -> str:
    with psycopg.connect(url) as connection:
        tables = ("support_corrections", "correction_changes", "correction_reembedding")
        return "\n".join(
            str(connection.execute(f"select json_agg(t)::text from {name} t").fetchone())
            for name in tables
        )


async def forget(http: httpx.AsyncClient, **body: object) -> list[str]:
    answer = await http.post("/privacy/forget", json=body)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["correction_ids"])


async def test_texts_vectors_and_history_go(
    http: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    mine = await send(
        ticket_text=f"{SECRET} {QUESTION}", ai_draft=SECRET, human_resolution=f"{SECRET} {ANSWER}"
    )
    await http.patch(f"/corrections/{mine['id']}", json={"human_resolution": f"Now {SECRET}: no."})
    other = await send(ticket_id="test:2", ticket_text="How do I charge it?", category="technical")
    assert SECRET in everything(database_url)

    assert await forget(http, ticket_ids=["test:1"]) == [mine["id"]]

    left = everything(database_url)
    assert SECRET not in left
    assert mine["id"] not in left
    assert other["id"] in left
    assert await forget(http, ticket_ids=["test:1"]) == []


async def test_whoever_is_quoted_elsewhere_goes_there_too(
    http: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    quoting = await send(human_resolution=f"{ANSWER} Ask Mo@Example.net.")
    edited = await send(ticket_id="test:2", human_resolution=f"Write to mo@example.net. {ANSWER}")
    await http.patch(f"/corrections/{edited['id']}", json={"human_resolution": REPHRASED})

    assert await forget(http, words=["mo@example.net"]) == [quoting["id"]]

    assert "mo@example.net" not in everything(database_url).lower()
    assert edited["id"] in everything(database_url)


async def test_what_it_repeated_or_contradicted_counts_again(
    http: httpx.AsyncClient, send: Send, evidence: Callable[[], set[str]]
) -> None:
    older = await send()
    newer = await send(ticket_id="test:2", human_resolution="No, sensors cannot be returned.")
    assert evidence() == {newer["id"]}
    await forget(http, ticket_ids=["test:2"])
    assert evidence() == {older["id"]}


async def test_nothing_named_is_nothing_deleted(
    http: httpx.AsyncClient, send: Send, evidence: Callable[[], set[str]]
) -> None:
    kept = await send()
    assert await forget(http) == []
    assert evidence() == {kept["id"]}
