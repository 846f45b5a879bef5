"""A restored ledger is older than the helpdesk: nobody may be answered twice because of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from local.backup.restore import restore
from local.backup.take import take
from tests.ledger.conftest import a_reply, a_ticket, attempt, call, finish, register, turns
from tests.ledger.samples import decided_event
from tests.local.backup.conftest import Filled, dumped

NOW = datetime.now(UTC).isoformat()
CLAIM = {"action": "reply", "key": "key"}


async def test_what_was_in_flight_goes_to_a_human(filled: Filled, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    async with filled.ledger() as http:
        await register(http, a_ticket(3))
        await register(http, a_ticket(4))
        filled.lease(4)
        await attempt(http, "run-4", 4)
        take(filled.url, file)
        # the work goes on after the back-up was taken: both are answered
        await call(http, "claims", {**CLAIM, "execution_id": "run-4"}, 201, 4)
        await finish(http, "run-4", "auto_sent", 4)
    done = await asyncio.to_thread(restore, filled.url, file)
    assert done.settled.tickets == 2
    async with filled.ledger() as http:
        for number in (3, 4):
            [turn] = await turns(http, number)
            assert (turn["state"], turn["route"], turn["ended_by"]) == (
                "finished",
                "human",
                "ledger",
            )
            assert turn["reasons"][0]["rule"] == "restored"
            assert not (await attempt(http, "another-run", number))["proceed"]
        listed = await http.get("/inbox?state=handed_to_human_by_ledger&unannounced=true")
        assert {t["ticket_id"] for t in listed.json()["tickets"]} == {
            "django-helpdesk:3",
            "django-helpdesk:4",
        }
        # what had ended stays as it was
        assert [t["route"] for t in await turns(http, 1)] == ["auto_sent"]
    with psycopg.connect(filled.url) as connection:
        assert connection.execute("select count(*) from pgqueuer").fetchone() == (0,)


async def test_an_execution_from_before_the_restore_can_send_nothing(
    filled: Filled, tmp_path: Path
) -> None:
    """It began after the back-up, so that the restored ledger never heard of it."""
    file = tmp_path / "b.zip"
    async with filled.ledger() as http:
        await register(http, a_ticket(3))
        take(filled.url, file)
        filled.lease(3)
        await attempt(http, "run-3", 3)
        await register(http, a_ticket(5))
    await asyncio.to_thread(restore, filled.url, file)
    async with filled.ledger() as http:
        refused = await call(http, "claims", {**CLAIM, "execution_id": "run-3"}, 409, 3)
        assert refused["code"] == "lease_lost"
        await call(http, "claims", {**CLAIM, "execution_id": "run-5"}, 404, 5)
        # other workflows, which name no execution, may still leave a note
        await call(http, "claims", {"action": "announce", "key": "note"}, 201, 3)


async def test_tickets_that_the_restored_ledger_missed_go_to_humans(
    filled: Filled, tmp_path: Path
) -> None:
    file = tmp_path / "b.zip"
    take(filled.url, file)
    await asyncio.to_thread(restore, filled.url, file)
    later = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    async with filled.ledger() as http:
        # filed, perhaps answered, between the back-up and now; its webhook comes again
        missed = await register(http, a_ticket(6, created_at=NOW))
        assert missed["status"] == "new"
        [turn] = await turns(http, 6)
        assert (turn["route"], turn["reasons"][0]["rule"]) == ("human", "restored")
        # of this one two messages are unknown
        await register(http, a_reply(1, turns=3, created_at=NOW))
        assert (await turns(http, 1))[-1]["route"] == "human"
        # the next message of a known ticket, and new tickets, are worked on as ever
        await register(http, a_reply(2, turns=2, created_at=NOW))
        assert (await turns(http, 2))[-1]["state"] == "waiting"
        await register(http, a_ticket(7, created_at=later))
        assert (await turns(http, 7))[-1]["state"] == "waiting"


@pytest.mark.parametrize("applied", [False, True])
async def test_a_decision_on_its_way_is_not_sent_again(
    filled: Filled, tmp_path: Path, applied: bool
) -> None:
    file = tmp_path / "b.zip"
    async with filled.ledger() as http:
        review = (await http.get("/reviews?state=open")).json()["reviews"][0]["review_id"]
        decision = {"decision": "approve", "agent_id": "maya"}
        assert (await http.post(f"/reviews/{review}/decision", json=decision)).is_success
        if applied:
            event = {"kind": "review_applied", "detail": {"review_id": review}}
            await call(http, "events", event, 201, 2)
    take(filled.url, file)
    done = await asyncio.to_thread(restore, filled.url, file)
    assert done.settled.decisions == (0 if applied else 1)
    async with filled.ledger() as http:
        state = (await http.get(f"/reviews/{review}")).json()["state"]
    assert state == ("decided" if applied else "apply_failed")


async def test_without_a_restore_nothing_is_held_back(filled: Filled) -> None:
    async with filled.ledger() as http:
        await register(http, a_ticket(8, created_at=NOW))
        assert (await turns(http, 8))[-1]["state"] == "waiting"
        filled.lease(8)
        await attempt(http, "run-8", 8)
        await call(http, "events", decided_event("run-8"), 201, 8)


async def test_who_was_forgotten_stays_forgotten(filled: Filled, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    async with filled.ledger() as http:
        mine = {"requester": {"id": "mo@example.net", "email": "mo@example.net"}}
        await register(http, a_ticket(9, body="xylographic", **mine))
        with psycopg.connect(filled.url) as connection:
            connection.execute(
                "update support_corrections set ticket_id = 'django-helpdesk:9',"
                " human_resolution = 'Write to mo@example.net'"
                " where ticket_id = 'django-helpdesk:2'"
            )
        take(filled.url, file)
        forgotten = await http.post("/privacy/forget", json={"requester": "mo@example.net"})
        assert forgotten.is_success
    done = await asyncio.to_thread(restore, filled.url, file)
    assert done.settled.erased.ticket_ids == ["django-helpdesk:9"]
    text = "\n".join(dumped(filled.url))
    assert "xylographic" not in text
    assert "mo@example.net" not in text
    assert "kim@example.org" in text


async def test_a_forgotten_bare_number_takes_nobody_elses_corrections(
    filled: Filled, tmp_path: Path
) -> None:
    """Helpdesks number their customers: "42" stands in many answers that are not about them."""
    file = tmp_path / "b.zip"
    async with filled.ledger() as http:
        await register(http, a_ticket(9, requester={"id": "42", "email": "mo@example.net"}))
        with psycopg.connect(filled.url) as connection:
            connection.execute("update support_corrections set human_resolution = 'It costs $42.'")
        take(filled.url, file)
        assert (await http.post("/privacy/forget", json={"requester": "42"})).is_success
    done = await asyncio.to_thread(restore, filled.url, file)
    assert done.settled.erased.ticket_ids == ["django-helpdesk:9"]
    with psycopg.connect(filled.url) as connection:
        assert connection.execute("select count(*) from support_corrections").fetchone() == (2,)


async def test_what_other_tickets_quote_of_the_forgotten_goes_again(
    filled: Filled, tmp_path: Path
) -> None:
    file = tmp_path / "b.zip"
    async with filled.ledger() as http:
        await register(http, a_ticket(9, requester={"id": "mo@example.net"}))
        with psycopg.connect(filled.url) as connection:
            row = connection.execute(
                "update support_corrections set ticket_id = 'django-helpdesk:9'"
                " where ticket_id = 'django-helpdesk:2' returning id::text"
            ).fetchone()
            assert row is not None
            event = decided_event("run-2", "review")
            event["draft"]["reply"] = "Ask for xylographic paper."
            event["draft"]["citations"] = [{"source_id": row[0], "quote": "xylographic paper"}]
        await call(http, "events", event, 201, 2)
        take(filled.url, file)
        body = {"requester": "mo@example.net"}
        assert (await http.post("/privacy/forget", json=body)).is_success
    await asyncio.to_thread(restore, filled.url, file)
    assert "xylographic" not in "\n".join(dumped(filled.url))
