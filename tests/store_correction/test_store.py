"""Corrections are stored once, listed, searched, deactivated and restored, with an audit."""

from collections.abc import Callable

import httpx
import psycopg
import pytest

from tests.counting_embedder import CountingEmbedder
from tests.store_correction.conftest import ANSWER, QUESTION, Send, correction


async def test_stores_a_correction_with_a_summary(http: httpx.AsyncClient, send: Send) -> None:
    stored = await send()
    assert (stored["stored"], stored["duplicate_of"], stored["quality"]) == (True, None, [])
    row = (await http.get(f"/corrections/{stored['id']}")).json()
    assert row["human_resolution"] == ANSWER
    assert row["summary"] in ANSWER
    assert row["embedding_model"] == "local:all-MiniLM-L6-v2"
    assert row["active"] is True


async def test_the_same_correction_is_stored_once_and_embedded_once(
    http: httpx.AsyncClient, send: Send, embedder: CountingEmbedder
) -> None:
    first = await send()
    embedder.asked.clear()
    again = await send()
    assert again == {**first, "stored": False}
    assert embedder.asked == []
    other_agent = await send(agent_id="ben")
    assert other_agent["stored"] is True
    assert (await http.get("/corrections")).json()["total"] == 2


async def test_lists_newest_first_in_pages_with_filters(
    http: httpx.AsyncClient, send: Send
) -> None:
    topics = {"billing": "invoice", "shipping": "parcel", "account": "100%_password"}
    for number, (category, topic) in enumerate(topics.items()):
        await send(
            ticket_id=f"test:{number}",
            category=category,
            ticket_text=f"About my {topic}",
            human_resolution=f"We looked into the matter of the {topic} and mended it.",
        )

    async def found(**query: str | int | bool) -> list[str]:
        answer = await http.get("/corrections", params=query)
        assert answer.status_code == 200, answer.text
        return [row["category"] for row in answer.json()["corrections"]]

    assert await found() == ["account", "shipping", "billing"]
    assert await found(limit=1, offset=1) == ["shipping"]
    assert await found(category="billing") == ["billing"]
    assert await found(ticket_id="test:1") == ["shipping"]
    assert await found(search="PARCEL") == ["shipping"]
    assert await found(search="100%_") == ["account"]
    assert await found(search="%") == ["account"]
    assert await found(active=False) == []
    assert await found(quality="too_short") == []


async def test_deactivate_keeps_history_and_restore_brings_it_back(
    http: httpx.AsyncClient, send: Send, evidence: Callable[[], set[str]]
) -> None:
    stored = await send()
    url = f"/corrections/{stored['id']}"
    assert evidence() == {stored["id"]}
    assert (await http.delete(url, headers={"X-Agent-ID": "carla"})).status_code == 204
    assert evidence() == set()
    assert (await http.get(url)).json()["active"] is False
    restored = await http.patch(url, json={"active": True}, headers={"X-Agent-ID": "dora"})
    assert restored.json()["active"] is True
    assert evidence() == {stored["id"]}
    changes = (await http.get(f"{url}/changes")).json()
    assert [(c["changed_by"], c["action"]) for c in changes] == [
        ("dora", "update"),
        ("carla", "update"),
        ("anna", "insert"),
    ]
    assert changes[1]["changes"] == {"active": {"old": True, "new": False}}


async def test_an_edit_is_summarised_anew_and_audited(http: httpx.AsyncClient, send: Send) -> None:
    stored = await send()
    url = f"/corrections/{stored['id']}"
    text = "Returns are free within 60 days of the delivery, whatever the reason may be."
    edited = (await http.patch(url, json={"human_resolution": text})).json()
    assert (edited["human_resolution"], edited["summary"]) == (text, text)
    [edit, _] = (await http.get(f"{url}/changes")).json()
    assert edit["changes"]["human_resolution"] == {"old": ANSWER, "new": text}
    assert (await send())["stored"] is False  # the first delivery, sent again, is still known


async def test_an_edit_of_what_reads_differently_by_now_is_refused(
    http: httpx.AsyncClient, send: Send
) -> None:
    url = f"/corrections/{(await send())['id']}"
    theirs = {"human_resolution": "Returns are free within 45 days.", "replaces": ANSWER}
    assert (await http.patch(url, json=theirs)).status_code == 200
    mine = {"human_resolution": "Returns are free within 60 days.", "category": "billing"}
    answer = await http.patch(url, json=mine | {"replaces": ANSWER})
    assert (answer.status_code, answer.json()["code"]) == (409, "correction_changed")
    now = (await http.get(url)).json()
    assert (now["human_resolution"], now["category"]) == (theirs["human_resolution"], "shipping")
    again = mine | {"replaces": theirs["human_resolution"] + "\r\n"}
    assert (await http.patch(url, json=again)).json()["category"] == "billing"


async def test_changes_made_by_hand_in_sql_are_audited_too(
    http: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    stored = await send()
    with psycopg.connect(database_url) as connection:
        connection.execute("update support_corrections set category = 'billing'")
    [change, _] = (await http.get(f"/corrections/{stored['id']}/changes")).json()
    assert change["changed_by"] == "postgres"
    assert change["changes"] == {"category": {"old": "shipping", "new": "billing"}}


async def test_an_unknown_category_is_refused_with_the_known_ones(
    http: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    answer = await http.post("/corrections", json=correction(category="gardening"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_category")
    assert "account, billing, general, shipping, technical" in answer.json()["detail"]
    stored = await send()
    patched = await http.patch(f"/corrections/{stored['id']}", json={"category": "gardening"})
    assert patched.status_code == 422
    with psycopg.connect(database_url) as connection:
        connection.execute("drop table category_policies cascade")
    assert (await send(category="gardening", ticket_text="Roses?"))["stored"] is True


@pytest.mark.parametrize(
    "correction_id", ["nonsense", "7d3f2f6a-7f7e-4a3e-9c53-4a1d6f0d9c11", "%00", "x" * 300]
)
async def test_what_does_not_exist_is_404(http: httpx.AsyncClient, correction_id: str) -> None:
    url = f"/corrections/{correction_id}"
    answers = [
        await http.get(url),
        await http.get(f"{url}/changes"),
        await http.patch(url, json={"active": True}),
        await http.delete(url),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"correction_not_found"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ticket_text": ""}, "ticket_text"),
        ({"human_resolution": "a\x00b"}, "human_resolution"),
        ({"ticket_id": ""}, "ticket_id"),
        ({"verdict": "liked"}, "verdict"),
        ({"agent_id": 7}, "agent_id"),
        ({"mood": "good"}, "mood"),
    ],
)
async def test_bad_fields_are_named(
    http: httpx.AsyncClient, fields: dict[str, object], field: str
) -> None:
    answer = await http.post("/corrections", json=correction(**fields))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_huge_correction_is_refused_and_a_long_one_stored(
    http: httpx.AsyncClient, send: Send
) -> None:
    huge = await http.post("/corrections", json=correction(ticket_text="x" * 1_100_000))
    assert huge.status_code == 413
    long = "Every word of this is meant. " * 15_000
    assert (await send(ticket_text=QUESTION + long, human_resolution=long))["stored"] is True
