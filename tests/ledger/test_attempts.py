"""One execution at a time works on a ticket; all others are told to stop."""

from typing import Any

import pytest

from tests.ledger.conftest import (
    FakeN8n,
    Start,
    a_reply,
    a_ticket,
    attempt,
    call,
    finish,
    register,
    until,
)


async def test_the_first_execution_gets_it_and_may_ask_again(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        first, again, other = [await attempt(http, one) for one in ("1", "1", "2")]
        assert (first["proceed"], first["reason"]) == (True, "started")
        assert (again["proceed"], again["reason"], again["attempt"]) == (True, "repeated", 1)
        assert (other["proceed"], other["reason"]) == (False, "other_execution")


async def test_nothing_proceeds_before_the_hand_out_or_after_the_end(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger() as http:
        await register(http, a_ticket())
        early = await attempt(http, "1")
        assert (early["proceed"], early["reason"], early["attempt"]) == (False, "not_handed_out", 0)
    async with ledger(n8n) as http:
        await until(lambda: n8n.tickets)
        await attempt(http, "1")
        await finish(http, "1")
        for execution in ("1", "2"):
            late = await attempt(http, execution)
            assert (late["proceed"], late["reason"]) == (False, "already_finished")


async def test_an_execution_of_an_older_turn_does_not_get_the_newer_one(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket())
        await until(lambda: n8n.tickets)
        await register(http, a_reply())
        await until(lambda: len(n8n.tickets) == 2)
        stale = await call(http, "attempts", {"execution_id": "1", "turn": 1})
        assert (stale["proceed"], stale["reason"]) == (False, "superseded")
        fresh = await call(http, "attempts", {"execution_id": "2", "turn": 2})
        assert fresh["proceed"]


async def test_an_unknown_ticket_is_404(ledger: Start) -> None:
    async with ledger() as http:
        answer = await call(http, "attempts", {"execution_id": "1"}, status=404)
        assert answer["code"] == "unknown_ticket"


async def test_history_says_whether_the_machine_answered_before(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        for turn, route in ((1, "human"), (2, "auto_sent"), (3, "human")):
            await register(http, a_reply(turns=turn))
            await until(lambda turn=turn: len(n8n.tickets) == turn)
            history = (await attempt(http, str(turn)))["history"]
            assert history["turns"] == turn
            assert history["answered_automatically"] == (turn == 3)
            await finish(http, str(turn), route)


ASKS: list[dict[str, Any]] = [
    {"subject": "Refund", "body": "When will I get the refund for order 4711?"},
    {"subject": "Refund again", "body": "Hello, when will I be getting my refund for order 4711"},
    {"subject": "REFUND!!", "body": "Still no refund for order 4711. When will I get it?"},
]


async def test_the_same_question_of_the_same_requester_is_counted(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        for number, ask in enumerate(ASKS, start=1):
            await register(http, a_ticket(number, **ask))
        await register(http, a_ticket(4, **ASKS[0], requester={"id": "someone@else.example"}))
        await register(http, a_ticket(5, subject="Hub", body="How do I pair a second hub?"))
        await until(lambda: len(n8n.tickets) == 5)
        asked = [
            (await attempt(http, str(n), number=n))["history"]["similar_asks"] for n in range(1, 6)
        ]
        assert asked == [0, 1, 2, 0, 0]


@pytest.mark.parametrize(
    ("locale", "one", "other", "same"),
    [
        (
            "en",
            "How do I change the e-mail address of my account? I leave my job and lose it.",
            "I still need to know how I change the e-mail address on my account, please.",
            True,
        ),
        (
            "en",
            "How do I change the e-mail address of my account?",
            "How do I change the delivery address of my last order?",
            False,
        ),
        ("de", "Wo bleibt meine Bestellung 77?", "Wo bleiben meine Bestellungen 77", True),
        ("de", "Wo bleibt meine Bestellung?", "Wie kündige ich mein Abo?", False),
        ("ja", "返金はいつですか", "返金はいつになりますか", True),
        ("ja", "返金はいつですか", "パスワードを忘れました", False),
    ],
)
async def test_other_languages_are_compared_too(
    ledger: Start, n8n: FakeN8n, locale: str, one: str, other: str, same: bool
) -> None:
    async with ledger(n8n) as http:
        await register(http, a_ticket(1, subject="", body=one, locale=locale))
        await register(http, a_ticket(2, subject="", body=other, locale=locale))
        await until(lambda: len(n8n.tickets) == 2)
        assert (await attempt(http, "2", number=2))["history"]["similar_asks"] == int(same)
