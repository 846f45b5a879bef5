"""What a customer wrote goes from the ledger; that it was answered, and when, stays."""

import json
from typing import Any

import httpx
import psycopg
import pytest

from services.ledger.store_erasure import without_quotes
from tests.ledger.conftest import (
    FakeN8n,
    Start,
    a_reply,
    a_ticket,
    attempt,
    call,
    finish,
    register,
    turns,
    until,
)
from tests.ledger.samples import decided_event

SECRET = "xylographic"
MAIL = f"{SECRET}@example.org"


def secret_ticket(number: int, **changes: Any) -> dict[str, Any]:
    return a_ticket(
        number,
        subject=f"A {SECRET} subject",
        body=f"My {SECRET} hub blinks.",
        requester={"id": MAIL, "email": MAIL.upper(), "name": SECRET},
        metadata={"note": SECRET},
        **changes,
    )


async def worked_on(http: httpx.AsyncClient, n8n: FakeN8n, number: int, route: str) -> None:
    """A ticket goes all the way, and leaves its words wherever it can."""
    await register(http, secret_ticket(number))
    await until(lambda: any(t["ticket_id"].endswith(f":{number}") for t in n8n.tickets))
    run = f"run-{number}"
    await attempt(http, run, number)
    event = decided_event(run, route, reply=f"About your {SECRET} hub …")
    event["reasons"] = [{"rule": "promise", "detail": SECRET, "effect": "note"}]
    await call(http, "events", event, 201, number)
    await call(http, "claims", {"action": "reply", "key": run, "execution_id": run}, 201, number)
    posted = {"kind": "posted", "claim_key": run, "execution_id": run, "detail": {"said": SECRET}}
    await call(http, "events", posted, 201, number)
    await finish(http, run, route, number)
    outcome = {"kind": "csat", "key": "1", "score": 0.5, "detail": {"comment": SECRET}}
    await call(http, "outcomes", outcome | {"label": f"Not {SECRET}"}, 201, number)


def whole(url: str) -> str:
    """Everything in the database."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'public'"
            " and table_type = 'BASE TABLE' and table_name not like '%yoyo%'"
        ).fetchall()
        tables = [
            connection.execute(f"select coalesce(json_agg(t)::text, '') from {name} t").fetchone()
            for (name,) in names
        ]
    return "\n".join(str(table) for table in tables)


async def forget(http: httpx.AsyncClient, requester: str, status: int = 200) -> dict[str, Any]:
    answer = await http.post("/privacy/forget", json={"requester": requester})
    assert answer.status_code == status, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


@pytest.mark.parametrize("requester", [MAIL, MAIL.title()])
async def test_a_forgotten_requester_leaves_no_word(
    ledger: Start, n8n: FakeN8n, database_url: str, requester: str
) -> None:
    async with ledger(n8n) as http:
        await worked_on(http, n8n, 1, "auto_sent")
        await worked_on(http, n8n, 2, "review")
        review = (await http.get("/reviews")).json()["reviews"][0]["review_id"]
        decision = {"decision": "edit", "reply": f"Dear {SECRET}", "agent_id": "maya"}
        await http.post(f"/reviews/{review}/decision", json=decision)
        await register(http, a_ticket(3))
        assert SECRET in whole(database_url).lower()

        erased = await forget(http, requester)

        assert erased["ticket_ids"] == ["django-helpdesk:1", "django-helpdesk:2"]
        assert MAIL in erased["words"]
        assert SECRET not in whole(database_url).lower()
        assert "blinks red" in whole(database_url), "others' tickets stay"


async def test_what_was_decided_stays(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await worked_on(http, n8n, 1, "auto_sent")
        before = (await http.get("/tickets/django-helpdesk:1")).json()
        await forget(http, MAIL)
        after = (await http.get("/tickets/django-helpdesk:1")).json()
        kept = ("kind", "at", "inputs_hash", "models", "cost_usd", "probability", "threshold")
        for old, new in zip(before["events"], after["events"], strict=True):
            assert {key: old[key] for key in kept} == {key: new[key] for key in kept}
            assert [r["rule"] for r in old["reasons"]] == [r["rule"] for r in new["reasons"]]
        assert after["turns"][0]["route"] == "auto_sent"
        assert after["claims"] == before["claims"]
        # the same ticket again is no new ticket, so nobody is answered twice
        assert (await register(http, secret_ticket(1)))["status"] == "duplicate"


async def test_it_can_be_repeated_and_an_unknown_requester_is_an_error(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await worked_on(http, n8n, 1, "auto_sent")
        first = await forget(http, MAIL)
        assert (await forget(http, MAIL))["ticket_ids"] == first["ticket_ids"]
        problem = await forget(http, "nobody@example.org", 404)
        assert problem["code"] == "unknown_requester"
        assert "nobody@example.org" not in json.dumps(problem)
        await forget(http, "", 422)


async def test_open_work_ends_with_a_human(ledger: Start, n8n: FakeN8n, database_url: str) -> None:
    async with ledger(n8n) as http:
        await register(http, secret_ticket(1))
        await until(lambda: n8n.tickets)
        await attempt(http, "run-1")
        await forget(http, MAIL)
        [turn] = await turns(http)
        assert (turn["state"], turn["route"], turn["ended_by"]) == ("finished", "human", "ledger")
        assert turn["reasons"][0]["rule"] == "erased"
        claim = {"action": "reply", "key": "k", "execution_id": "run-1"}
        assert (await call(http, "claims", claim, 409))["code"] == "lease_lost"
        # what the execution still reports brings nothing back
        event = decided_event("run-1", reply=f"Dear {SECRET}")
        await call(http, "events", event, 201)
        assert SECRET not in whole(database_url)


async def test_a_new_message_is_a_new_turn(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await worked_on(http, n8n, 1, "auto_sent")
        await forget(http, MAIL)
        assert (await register(http, a_reply(1)))["status"] == "reply"
        await until(lambda: len(n8n.tickets) == 2)


async def test_old_tickets_expire(ledger: Start, n8n: FakeN8n, database_url: str) -> None:
    async with ledger(n8n) as http:
        for number in (1, 2):
            await worked_on(http, n8n, number, "auto_sent")
        await register(http, secret_ticket(3))
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "update ledger_turns set registered_at = now() - interval '31 days',"
                " finished_at = finished_at - interval '31 days'"
                " where ticket_id <> 'django-helpdesk:2'"
            )
        never = await http.post("/privacy/expire", json={"older_than_days": 0})
        assert never.json()["ticket_ids"] == []
        first = await http.post("/privacy/expire", json={"older_than_days": 30})
        assert first.json()["ticket_ids"] == ["django-helpdesk:1"], "3 is still open, 2 is younger"
        again = await http.post("/privacy/expire", json={"older_than_days": 30})
        assert again.json() == first.json(), "for who failed to delete their corrections"
        with psycopg.connect(database_url) as connection:
            connection.execute("update ledger_turns set erased_at = erased_at - interval '8 days'")
        later = await http.post("/privacy/expire", json={"older_than_days": 30})
        assert later.json()["ticket_ids"] == []
        # whose texts are gone already can still be forgotten elsewhere
        assert "django-helpdesk:1" in (await forget(http, MAIL))["ticket_ids"]


async def test_events_can_still_not_be_changed(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        await worked_on(http, n8n, 1, "auto_sent")
    for change in ("probability = 1", "kind = 'note'", "reasons = '[]'"):
        with (
            psycopg.connect(database_url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("set deskloop.erasing = 'on'")
            connection.execute(f"update ledger_events set {change}")
    with (
        psycopg.connect(database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("update ledger_events set decision = '{}'")


async def test_other_tickets_forget_the_words_of_a_deleted_correction(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    gone = "11111111-1111-1111-1111-111111111111"
    async with ledger(n8n) as http:
        await register(http, a_ticket(1))
        await until(lambda: n8n.tickets)
        await attempt(http, "run-1")
        event = decided_event("run-1", reply=f"Hello, {SECRET} is how. Bye")
        correction = {"id": gone, "summary": SECRET, "ticket_text": "x", "resolution": "y"}
        correction |= {"category": "technical", "similarity": 0.9}
        event["evidence"]["corrections"] = [correction]
        event["draft"]["citations"] = [{"source_id": gone, "quote": f"{SECRET} is how."}]
        event["draft"]["findings"] = [f"Closest: “{SECRET} is how.”"]
        await call(http, "events", event, 201)
        answer = await http.post("/privacy/quotes", json={"correction_ids": [gone]})
        assert answer.json() == {"events": 1}
        assert SECRET not in whole(database_url)
        assert "Hub" in whole(database_url)


def test_a_decision_without_a_draft_has_no_quotes() -> None:
    assert without_quotes({"draft": None}, {"x"}) == {"draft": None}
