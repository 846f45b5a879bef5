"""A turn ends once, by the execution that holds it."""

from tests.ledger.conftest import (
    Expire,
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


async def test_the_same_end_again_changes_nothing_and_another_is_refused(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        first = await finish(http, "1", "review")
        again = await finish(http, "1", "review")
        assert (first["repeated"], again["repeated"]) == (False, True)
        assert first["review_id"] == again["review_id"] is not None
        body = {"route": "auto_sent", "reasons": [], "execution_id": "1"}
        refused = await call(http, "finish", body, status=409)
        assert refused["code"] == "already_finished"
        assert (await turns(http))[0]["route"] == "review"


async def test_without_an_execution_id_the_one_at_work_is_meant(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        body = {"route": "human", "reasons": []}
        assert (await call(http, "finish", body, status=409))["code"] == "not_started"
        await attempt(http, "1")
        assert (await call(http, "finish", body))["state"] == "finished"


async def test_only_who_began_may_end(ledger: Start, n8n: FakeN8n, expire: Expire) -> None:
    async with ledger(n8n) as http:
        body = {"route": "human", "reasons": [], "execution_id": "1"}
        assert (await call(http, "finish", body, status=404))["code"] == "unknown_ticket"
        await register(http, a_ticket())
        assert (await call(http, "finish", body, status=409))["code"] == "not_started"
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await expire()
        await until(lambda: len(n8n.tickets) == 2)
        await attempt(http, "2")
        assert (await call(http, "finish", body, status=409))["code"] == "lease_lost"
        assert (await finish(http, "2"))["state"] == "finished"


async def test_an_execution_of_a_superseded_turn_does_not_end_the_new_one(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await register(http, a_reply())
        await until(lambda: len(n8n.tickets) == 2)
        ended = await finish(http, "1", "auto_sent")
        assert (ended["state"], ended["turn"]) == ("superseded", 1)
        assert (await finish(http, "1", "auto_sent"))["repeated"]
        old, new = await turns(http)
        assert (old["state"], old["route"]) == ("superseded", "auto_sent")
        assert (new["state"], new["route"]) == ("leased", None)
        assert (await attempt(http, "2"))["history"]["answered_automatically"]


async def test_what_the_ledger_ended_is_not_ended_again_by_nobody_in_particular(
    ledger: Start,
) -> None:
    async with ledger(queue_limit=0) as http:
        await register(http, a_ticket())
        body: dict[str, object] = {"route": "auto_sent", "reasons": []}
        assert (await call(http, "finish", body, status=409))["code"] == "already_finished"
        assert (await call(http, "finish", body | {"route": "human"}))["repeated"]
        assert (await turns(http))[0]["ended_by"] == "ledger"
