"""What becomes of a correction: uses, verdicts, the end of one that was never right."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
import pytest

from tests.store_correction.conftest import ANSWER, Send, correction

Evidence = Callable[[], set[str]]
OTHER = "My hub shows a red light and nothing works any more."
OTHER_ANSWER = "Hold the button of the hub until the light turns green, then pair it again."


def citing(correction_id: str, quote: str = "within 30 days") -> dict[str, Any]:
    return {"citations": [{"source_id": correction_id, "quote": quote}]}


async def use(send: Send, correction_id: str, number: int, verdict: str) -> dict[str, Any]:
    """A draft that cites it meets a human, on a ticket about something else."""
    return await send(
        ticket_id=f"test:use-{number}",
        ticket_text=f"{OTHER} It is hub number {number}.",
        human_resolution="" if verdict == "rejected" else f"{OTHER_ANSWER} It is {number}.",
        verdict=verdict,
        **citing(correction_id),
    )


async def shown(http: httpx.AsyncClient, correction_id: str) -> dict[str, Any]:
    answer = await http.get(f"/corrections/{correction_id}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.parametrize(
    ("sent", "verdict", "stored"),
    [
        (f"Hi Ana,\n\n**{ANSWER}**\n\nBest regards,\nMaya", "edited", "approved"),
        (ANSWER, "taught", "approved"),
        (ANSWER, "rejected", "rejected"),
        (ANSWER + " Keep the receipt.", "edited", "edited"),
        (ANSWER + " Keep the receipt.", "approved", "approved"),
        (ANSWER + " Keep the receipt.", "taught", "taught"),
    ],
)
async def test_an_unchanged_reply_counts_as_approved(
    http: httpx.AsyncClient, send: Send, sent: str, verdict: str, stored: str
) -> None:
    answer = await send(ai_draft=ANSWER, human_resolution=sent, verdict=verdict)
    assert answer["verdict"] == stored
    assert (await shown(http, answer["id"]))["verdict"] == stored


async def test_a_rejected_draft_needs_no_resolution(
    http: httpx.AsyncClient, send: Send, evidence: Evidence, database_url: str
) -> None:
    rejected = await send(verdict="rejected", human_resolution="")
    assert (rejected["stored"], rejected["quality"]) == (True, [])
    again = await send(verdict="rejected", human_resolution="")
    assert (again["stored"], again["id"]) == (False, rejected["id"])
    row = await shown(http, rejected["id"])
    assert (row["summary"], row["embedding_model"]) == ("Please read our terms.", "")
    assert evidence() == set()
    other = await send(verdict="rejected", human_resolution="", ai_draft="Please wait.")
    assert other["stored"]


@pytest.mark.parametrize(
    "fields",
    [
        {"human_resolution": ""},
        {"human_resolution": "", "verdict": "rejected", "ai_draft": ""},
        {"human_resolution": "", "verdict": "liked"},
    ],
)
async def test_everything_else_needs_one(http: httpx.AsyncClient, fields: dict[str, str]) -> None:
    answer = await http.post("/corrections", json=correction(**fields))
    assert answer.status_code == 422
    assert "human_resolution" in [error["field"] for error in answer.json()["errors"]]
    body = correction(**fields)
    del body["human_resolution"]
    assert (await http.post("/corrections", json=body)).status_code == 422


async def test_uses_are_counted_once_for_each_ticket(http: httpx.AsyncClient, send: Send) -> None:
    first = await send()
    await use(send, first["id"], 1, "edited")
    await use(send, first["id"], 1, "edited")
    await use(send, first["id"], 2, "rejected")
    await use(send, first["id"], 3, "taught")
    uses = (await shown(http, first["id"]))["uses"]
    assert (uses["approved"], uses["edited"], uses["rejected"]) == (0, 1, 1)
    assert uses["last_used_at"] is not None


async def test_an_approval_outweighs_what_else_became_of_a_ticket(
    http: httpx.AsyncClient, send: Send
) -> None:
    first = await send()
    for verdict in ("rejected", "approved", "edited"):
        await send(
            ticket_id="test:2",
            ticket_text=OTHER,
            human_resolution="" if verdict == "rejected" else f"{OTHER_ANSWER} {verdict}",
            verdict=verdict,
            **citing(first["id"]),
        )
    uses = (await shown(http, first["id"]))["uses"]
    assert (uses["approved"], uses["edited"], uses["rejected"]) == (1, 0, 0)


async def test_one_that_was_never_right_is_deactivated_with_history(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    wrong = await send()
    assert (await use(send, wrong["id"], 1, "edited"))["deactivated"] == []
    assert (await use(send, wrong["id"], 2, "rejected"))["deactivated"] == []
    assert wrong["id"] in evidence()
    assert (await use(send, wrong["id"], 3, "edited"))["deactivated"] == [wrong["id"]]
    assert wrong["id"] not in evidence()
    row = await shown(http, wrong["id"])
    assert (row["active"], row["inactive_because"]) == (False, "never_right")
    assert row["quality"] == ["never_right"]
    listed = (await http.get("/corrections?quality=never_right")).json()
    assert [each["id"] for each in listed["corrections"]] == [wrong["id"]]
    change = (await http.get(f"/corrections/{wrong['id']}/changes")).json()[0]
    assert change["changed_by"] == "deskloop"
    assert change["changes"]["active"] == {"old": True, "new": False}


async def test_what_was_approved_once_stays(send: Send, evidence: Evidence) -> None:
    good = await send()
    await use(send, good["id"], 0, "approved")
    for number in range(1, 6):
        await use(send, good["id"], number, "edited")
    assert good["id"] in evidence()


async def test_what_others_said_too_stays(send: Send, evidence: Evidence) -> None:
    good = await send()
    assert (await send(ticket_id="test:2"))["duplicate_of"] == good["id"]
    for number in range(3):
        await use(send, good["id"], number, "edited")
    assert good["id"] in evidence()


async def test_its_own_ticket_is_no_witness(http: httpx.AsyncClient, send: Send) -> None:
    first = await send()
    await send(human_resolution=OTHER_ANSWER, **citing(first["id"]))
    assert (await shown(http, first["id"]))["uses"]["edited"] == 0


@pytest.mark.parametrize("how", ["restored", "edited"])
async def test_after_a_human_vouched_for_it_counting_begins_anew(
    http: httpx.AsyncClient, send: Send, evidence: Evidence, how: str
) -> None:
    wrong = await send()
    for number in range(2 if how == "edited" else 3):
        await use(send, wrong["id"], number, "rejected")
    body = {"active": True} if how == "restored" else {"human_resolution": ANSWER + " Promised."}
    row = (await http.patch(f"/corrections/{wrong['id']}", json=body)).json()
    assert (row["active"], row["inactive_because"], row["quality"]) == (True, None, [])
    assert row["uses"]["rejected"] == 0
    await use(send, wrong["id"], 10, "rejected")
    assert wrong["id"] in evidence()


async def test_an_older_one_that_it_contradicted_comes_back(send: Send, evidence: Evidence) -> None:
    old = await send()
    wrong = await send(ticket_id="test:2", human_resolution=ANSWER.replace("30", "60"))
    assert old["id"] not in evidence()
    for number in range(3):
        await use(send, wrong["id"], number, "rejected")
    assert old["id"] in evidence()


async def test_one_of_another_category_is_judged_too(send: Send, evidence: Evidence) -> None:
    wrong = await send(category="billing")
    for number in range(3):
        await use(send, wrong["id"], number, "edited")
    assert wrong["id"] not in evidence()


async def test_more_often_refused_than_approved_is_overridden(
    http: httpx.AsyncClient, send: Send, evidence: Evidence
) -> None:
    first, second = await send(), await send(ticket_text=OTHER, human_resolution=OTHER_ANSWER)
    for number, verdict in enumerate(["approved", "edited", "rejected"]):
        await use(send, first["id"], number, verdict)
    await use(send, second["id"], 7, "approved")
    listed = (await http.get("/corrections?quality=overridden")).json()
    assert [each["id"] for each in listed["corrections"]] == [first["id"]]
    assert listed["corrections"][0]["quality"] == ["overridden"]
    assert first["id"] in evidence()


async def test_citations_of_nobody_are_no_error(send: Send) -> None:
    citations = [
        {"source_id": name, "quote": "x"}
        for name in ("00000000-0000-0000-0000-000000000000", "refunds#1", "nonsense", "#", "a#b#2")
    ]
    assert (await send(citations=citations))["stored"]


async def test_duplicates_are_counted_and_linked(http: httpx.AsyncClient, send: Send) -> None:
    first = await send()
    copies = {(await send(ticket_id=f"test:{number}"))["id"] for number in (2, 3)}
    assert (await shown(http, first["id"]))["duplicates"] == 2
    linked = (await http.get(f"/corrections?duplicate_of={first['id']}")).json()
    assert {each["id"] for each in linked["corrections"]} == copies
    assert (await http.get("/corrections?duplicate_of=x")).status_code == 422


async def test_two_verdicts_at_once_deactivate_once(
    send: Send, evidence: Evidence, database_url: str
) -> None:
    wrong = await send()
    answers = await asyncio.gather(*(use(send, wrong["id"], n, "rejected") for n in range(5)))
    assert sum(wrong["id"] in answer["deactivated"] for answer in answers) == 1
    with psycopg.connect(database_url) as connection:
        query = "select count(*) from correction_uses where correction_id = %s"
        assert connection.execute(query, (wrong["id"],)).fetchone() == (5,)
    assert wrong["id"] not in evidence()
