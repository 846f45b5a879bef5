"""The quality report names each doubtful correction with its reasons; the command prints it."""

import asyncio
import json
from typing import Any

import httpx
import psycopg
import pytest

from services.store_correction.report import main
from tests.store_correction.conftest import ANSWER, Send

OLD = "update support_corrections set created_at = now() - interval '91 days'"
HUB = "My hub shows a red light and nothing works any more."
HUB_ANSWER = "Hold the button of the hub until the light turns green, then pair it again."


async def report(http: httpx.AsyncClient, **query: object) -> dict[str, Any]:
    answer = await http.get("/corrections/report", params={k: str(v) for k, v in query.items()})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def run(database_url: str, *statements: str) -> None:
    with psycopg.connect(database_url) as connection:
        for statement in statements:
            connection.execute(statement)


async def test_a_good_store_has_nothing_to_look_at(http: httpx.AsyncClient, send: Send) -> None:
    await send()
    await send(ticket_id="test:2", verdict="rejected", human_resolution="")
    found = await report(http)
    assert (found["corrections"], found["usable"], found["total"]) == (1, 1, 0)
    assert found["doubtful"] == []
    assert set(found["quality"].values()) == {0}
    assert len(found["quality"]) == 7


async def test_of_one_language(http: httpx.AsyncClient, send: Send) -> None:
    await send(human_resolution="Done, thanks!", ticket_text=HUB)
    await send(
        ticket_id="test:2",
        ticket_text="Wo bleibt mein Paket, das ich vor zwei Wochen bestellt habe?",
        human_resolution="Kommt morgen, Entschuldigung!",
    )
    found = {tag: await report(http, language=tag) for tag in ("de", "en")}
    assert [each["ticket_id"] for each in found["de"]["doubtful"]] == ["test:2"]
    assert found["de"]["doubtful"][0]["language"] == "de"
    assert (found["de"]["corrections"], found["en"]["corrections"]) == (1, 1)
    assert (await http.get("/corrections/report?language=German")).status_code == 422


async def test_each_doubt_is_named(http: httpx.AsyncClient, send: Send, database_url: str) -> None:
    short = await send(human_resolution="Done, thanks!", ticket_text="Is it done?")
    private = await send(
        ticket_id="test:2", ticket_text=HUB, human_resolution=f"{HUB_ANSWER} Or ask eve@mail.com."
    )
    old = await send(ticket_id="test:3")
    new = await send(ticket_id="test:4", human_resolution=ANSWER.replace("30", "60"))
    for number in range(3):
        await send(
            ticket_id=f"test:1{number}",
            ticket_text=f"Where is parcel {number}?",
            human_resolution=f"The parcel is on its way and will arrive on day {number}.",
            citations=[{"source_id": new["id"], "quote": "60"}],
            verdict="edited",
        )
    run(
        database_url,
        f"update support_corrections set stale_since = now() where id = '{short['id']}'",
    )
    found = await report(http)
    doubts = {each["id"]: each["quality"] for each in found["doubtful"]}
    assert doubts == {
        short["id"]: ["too_short", "stale"],
        private["id"]: ["personal_data"],
        new["id"]: ["never_right"],
    }  # the old one counts again since the new one is gone
    assert found["doubtful"][0]["id"] == short["id"]
    assert (found["total"], found["corrections"]) == (3, 6)
    assert {name for name, count in found["quality"].items() if count} == {
        "too_short",
        "stale",
        "personal_data",
        "never_right",
    }
    assert old["id"] not in doubts
    [wrong] = [each for each in found["doubtful"] if each["id"] == new["id"]]
    assert (wrong["active"], wrong["uses"]["edited"]) == (False, 3)


SENT = """
insert into ledger_tickets (id, source, turn) values ('t:1', 't', 1);
insert into ledger_turns (ticket_id, turn, source, requester_id, ticket, state, route, finished_at)
values ('t:1', 1, 't', 'ana', '{{}}', 'finished', '{route}', now());
insert into ledger_events (ticket_id, turn, kind, route, decision, at)
values ('t:1', 1, 'decided', 'auto_sent',
    '{{"draft": {{"citations": [{{"source_id": "{id}"}}]}}}}', now() - interval '{age}')
"""


@pytest.mark.parametrize(
    ("route", "age", "unused"),
    [("auto_sent", "1 day", False), ("auto_sent", "95 days", True), ("human", "1 day", True)],
)
async def test_an_automatic_answer_is_a_use(
    http: httpx.AsyncClient,
    send: Send,
    database_url: str,
    route: str,
    age: str,
    unused: bool,
) -> None:
    stored = await send()
    run(database_url, OLD, SENT.format(id=stored["id"], route=route, age=age))
    found = await report(http)
    assert found["quality"]["unused"] == int(unused)
    listed = (await http.get("/corrections?quality=unused")).json()
    assert listed["total"] == int(unused)


async def test_unused_is_what_nobody_cited_for_long(
    http: httpx.AsyncClient, send: Send, database_url: str
) -> None:
    used, unused = await send(), await send(ticket_text=HUB, human_resolution=HUB_ANSWER)
    await send(ticket_id="test:2")  # a duplicate is not expected to be used
    run(database_url, OLD)
    await send(
        ticket_id="test:3",
        ticket_text="What about my parcel?",
        human_resolution="It is on its way and will arrive soon.",
        verdict="approved",
        citations=[{"source_id": used["id"], "quote": "30 days"}],
    )
    [only] = (await report(http))["doubtful"]
    assert (only["id"], only["quality"]) == (unused["id"], ["unused"])
    assert (await report(http, unused_days=92))["total"] == 0
    assert (await report(http, unused_days=92))["unused_days"] == 92
    run(database_url, "update correction_uses set used_at = now() - interval '91 days'")
    assert (await report(http))["quality"]["unused"] == 2


async def test_pages_and_categories(http: httpx.AsyncClient, send: Send) -> None:
    for number, category in enumerate(["billing", "billing", "shipping"]):
        await send(ticket_id=f"test:{number}", category=category, human_resolution="Done.")
    first = await report(http, category="billing", limit=1)
    second = await report(http, category="billing", limit=1, offset=1)
    assert (first["total"], first["corrections"]) == (2, 2)
    assert first["doubtful"][0]["id"] != second["doubtful"][0]["id"]
    assert (await http.get("/corrections/report?unused_days=0")).status_code == 422


async def test_what_was_deactivated_by_hand_is_done_with(
    http: httpx.AsyncClient, send: Send
) -> None:
    stored = await send(human_resolution="Done.")
    await http.delete(f"/corrections/{stored['id']}")
    assert (await report(http))["total"] == 0


async def test_the_command_prints_it(
    http: httpx.AsyncClient,
    send: Send,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    stored = [await send(ticket_id=f"test:{n}", human_resolution=f"Done {n}.") for n in range(2)]
    assert await asyncio.to_thread(main, ["--limit", "1"]) == 0
    printed = capsys.readouterr().out
    assert stored[0]["id"] in printed
    assert "says too little to help anybody" in printed
    assert "1 more" in printed
    assert await asyncio.to_thread(main, ["--json", "--category", "billing"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert await asyncio.to_thread(main, []) == 1
    assert "PostgreSQL" in capsys.readouterr().err
