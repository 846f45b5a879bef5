"""What repeats is stored but not shown twice; what contradicts a newer one is no evidence."""

from collections.abc import Callable

import httpx
import psycopg
import pytest

from tests.store_correction.conftest import ANSWER, QUESTION, REPHRASED, Send

Evidence = Callable[[], set[str]]
LONGER = ANSWER.replace("30 days", "60 days")


async def test_a_near_duplicate_is_stored_as_one(send: Send, evidence: Evidence) -> None:
    first = await send()
    second = await send(ticket_id="test:2", human_resolution=ANSWER + " Thank you!")
    assert (second["stored"], second["duplicate_of"]) == (True, first["id"])
    assert evidence() == {first["id"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "billing"},
        {"ticket_text": "My hub shows a red light and nothing works any more."},
        {"ticket_text": QUESTION.replace("does not fit", "fits")},
        {"human_resolution": ANSWER + " The label is in the menu Orders, under the parcel."},
    ],
    ids=["category", "question", "denial", "more in the answer"],
)
async def test_what_differs_stands_beside_it(
    send: Send, evidence: Evidence, fields: dict[str, str]
) -> None:
    first = await send()
    second = await send(ticket_id="test:2", **fields)
    assert second["duplicate_of"] is None
    assert evidence() == {first["id"], second["id"]}


@pytest.mark.parametrize(
    "newer",
    [
        LONGER,
        "We are closed for good and there is nobody left who could take anything in.",
        ANSWER.replace("You can return", "You cannot return"),
        ANSWER + " https://larkspur.example/returns",
    ],
    ids=["number", "meaning", "denial", "link"],
)
async def test_the_newer_of_two_that_contradict_each_other_counts(
    http: httpx.AsyncClient, send: Send, evidence: Evidence, newer: str
) -> None:
    old = await send()
    new = await send(ticket_id="test:2", human_resolution=newer)
    assert new["quality"] == []
    assert evidence() == {new["id"]}
    flagged = (await http.get("/corrections?quality=contradicts_newer")).json()
    assert [row["id"] for row in flagged["corrections"]] == [old["id"]]
    assert flagged["corrections"][0]["quality"] == ["contradicts_newer"]


async def test_deactivating_the_newer_one_brings_the_older_back(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    old = await send()
    new = await send(ticket_id="test:2", human_resolution=LONGER)
    await http.delete(f"/corrections/{new['id']}")
    assert evidence() == {old["id"]}
    restored = await http.patch(f"/corrections/{new['id']}", json={"active": True})
    assert restored.json()["quality"] == []
    assert evidence() == {new["id"]}


async def test_deactivating_the_original_promotes_its_duplicate(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    first = await send()
    second = await send(ticket_id="test:2")
    third = await send(ticket_id="test:3")
    assert evidence() == {first["id"]}
    await http.delete(f"/corrections/{first['id']}")
    assert evidence() == {second["id"]}
    row = (await http.get(f"/corrections/{third['id']}")).json()
    assert row["duplicate_of"] == second["id"]
    await http.patch(f"/corrections/{first['id']}", json={"active": True})
    assert evidence() == {first["id"]}


async def test_an_edit_makes_an_old_correction_the_newest(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    old = await send()
    new = await send(ticket_id="test:2", human_resolution=LONGER)
    edited = ANSWER.replace("30 days", "90 days")
    await http.patch(f"/corrections/{old['id']}", json={"human_resolution": edited})
    assert evidence() == {old["id"]}
    row = (await http.get(f"/corrections/{new['id']}")).json()
    assert row["quality"] == ["contradicts_newer"]


async def test_a_patch_that_changes_nothing_leaves_relations_alone(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    first = await send()
    second = await send(ticket_id="test:2")
    for body in ({}, {"active": True}, {"human_resolution": ANSWER, "category": "shipping"}):
        assert (await http.patch(f"/corrections/{first['id']}", json=body)).status_code == 200
    assert evidence() == {first["id"]}
    assert (await http.get(f"/corrections/{second['id']}")).json()["duplicate_of"] == first["id"]


async def test_another_category_has_other_neighbours(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    first = await send()
    second = await send(ticket_id="test:2", category="billing")
    moved = await http.patch(f"/corrections/{second['id']}", json={"category": "shipping"})
    assert moved.json()["duplicate_of"] == first["id"]
    assert evidence() == {first["id"]}


async def test_a_rejected_draft_is_kept_but_no_evidence(send: Send, evidence: Evidence) -> None:
    rejected = await send(verdict="rejected")
    assert rejected["stored"] is True
    assert evidence() == set()
    taught = await send(ticket_id="test:2", verdict="taught")
    assert taught["duplicate_of"] is None
    assert evidence() == {taught["id"]}


async def test_who_answers_a_rejected_draft_teaches(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    rejected = await send(verdict="rejected", human_resolution="")
    answer = await http.patch(f"/corrections/{rejected['id']}", json={"human_resolution": ANSWER})
    assert answer.json()["verdict"] == "taught"
    assert answer.json()["embedding_model"]
    assert evidence() == {rejected["id"]}
    same = await send(ticket_id="test:2", human_resolution=REPHRASED)
    assert same["duplicate_of"] == rejected["id"]


@pytest.mark.parametrize(
    ("fields", "quality", "shown"),
    [
        ({"human_resolution": "Done, thanks!"}, ["too_short"], False),
        ({"human_resolution": ANSWER + " Write to eve@mail.com."}, ["personal_data"], False),
        ({"ticket_text": QUESTION + " I am eve@mail.com."}, ["personal_data"], True),
        ({"human_resolution": f"Hi Ada,\n\n{ANSWER}\n\nKind regards,\nMaya"}, [], True),
        ({"human_resolution": "三十日以内に返品できます。"}, [], True),
        ({"human_resolution": REPHRASED}, [], True),
    ],
    ids=["short", "personal", "personal question", "letter", "japanese", "fine"],
)
async def test_doubtful_corrections_are_flagged(
    send: Send, evidence: Evidence, fields: dict[str, str], quality: list[str], shown: bool
) -> None:
    stored = await send(**fields)
    assert stored["quality"] == quality
    assert bool(evidence()) is shown


async def test_what_help_articles_publish_is_not_personal(send: Send, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into help_documents (id, title) values ('c', 'Contact')")
        connection.execute(
            "insert into help_parts (document_id, part, text, text_hash, search) "
            "values ('c', 1, 'Write to Care@Larkspur.com', 'h', '')"
        )
    stored = await send(human_resolution=ANSWER + " Or write to care@larkspur.com.")
    assert stored["quality"] == []


async def test_an_edit_takes_the_flags_away(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    stored = await send(human_resolution="Done.")
    edited = await http.patch(f"/corrections/{stored['id']}", json={"human_resolution": ANSWER})
    assert edited.json()["quality"] == []
    assert evidence() == {stored["id"]}
