"""What humans found of drafts and answers, as it is handed on to be learned."""

from typing import Any

import httpx
import pytest

from services.contracts.advice import ReviewedOutcome
from tests.ledger.conftest import FakeN8n, Start, a_reply, call, register
from tests.ledger.samples import decided_event
from tests.ledger.test_measures import work
from tests.ledger.test_resolution import age, ago

DAY = 24 * 3600


async def reviewed(http: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await http.get("/outcomes/reviewed", params={"since": "2026-01-01T00:00:00Z"} | query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def found(http: httpx.AsyncClient) -> dict[int, bool]:
    """By the number of the ticket, whether the reply was right; silence left out."""
    outcomes = (await reviewed(http))["outcomes"]
    return {_number(each): each["correct"] for each in outcomes if each["found_by"] != "silence"}


async def who_found_it(http: httpx.AsyncClient) -> dict[int, str]:
    outcomes = (await reviewed(http))["outcomes"]
    return {_number(each): each["found_by"] for each in outcomes}


def _number(outcome: dict[str, Any]) -> int:
    return int(outcome["ticket_id"].split(":")[1])


async def outcome(http: httpx.AsyncClient, number: int, kind: str, **fields: Any) -> None:
    await call(http, "outcomes", {"kind": kind} | fields, status=201, number=number)


async def verdict(http: httpx.AsyncClient, number: int, word: str) -> None:
    event = {"kind": "correction_recorded", "detail": {"verdict": word}}
    await call(http, "events", event, status=201, number=number)


async def test_reviews_and_agents_corrections_are_findings(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 5):
            await work(http, n8n, number, "review", category="shipping", language="de")
        for number in range(5, 9):
            await work(http, n8n, number, "human")
        reviews = {r["ticket_id"]: r for r in (await http.get("/reviews")).json()["reviews"]}
        for number, decision in ((1, "approve"), (2, "edit"), (3, "reject")):
            review = reviews[f"django-helpdesk:{number}"]["review_id"]
            body = {"decision": decision, "agent_id": "ana"}
            body |= {"reply": "Hello."} if decision == "edit" else {}
            assert (await http.post(f"/reviews/{review}/decision", json=body)).status_code == 200
        for number, word in ((5, "approved"), (6, "edited"), (7, "taught"), (2, "approved")):
            await verdict(http, number, word)
        assert await found(http) == {1: True, 2: False, 3: False, 5: True, 6: False}
        assert set((await who_found_it(http)).values()) == {"person"}
        first = ReviewedOutcome.model_validate((await reviewed(http))["outcomes"][0])
    assert (first.ticket_id, first.turn, first.category) == ("django-helpdesk:1", 1, "shipping")
    assert (first.language, first.probability) == ("de", 0.7)


async def test_of_automatic_answers_who_looked_closest_is_believed(
    ledger: Start, n8n: FakeN8n, database_url: str
) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 8):
            await work(http, n8n, number, "auto_sent")
        await age(database_url, 2 * DAY, *range(1, 7))
        await age(database_url, 9 * DAY, 7)
        await outcome(http, 1, "reopened")
        await outcome(http, 2, "solved", detail={"by": "customer"})
        await outcome(http, 3, "solved", detail={"by": "agent"})
        await outcome(http, 4, "reopened")
        await outcome(http, 4, "label", label="right", detail={"sample": "2026-11-21"})
        await outcome(http, 5, "solved", detail={"by": "customer"})
        await verdict(http, 5, "edited")
        await outcome(http, 7, "reopened")  # after nine days it is another matter
        assert await found(http) == {1: False, 2: True, 4: True, 5: False}
        assert await who_found_it(http) == {
            1: "customer",
            2: "customer",
            4: "person",
            5: "person",
            7: "silence",
        }


async def test_a_customer_who_writes_again_contests_the_answer_before(
    ledger: Start, n8n: FakeN8n
) -> None:
    async with ledger(n8n) as http:
        await work(http, n8n, 1, "auto_sent")
        await register(http, a_reply(1))
        [outcome] = (await reviewed(http))["outcomes"]
    assert (outcome["turn"], outcome["correct"]) == (1, False)


async def test_pages_are_whole_and_only_of_what_is_asked_for(ledger: Start, n8n: FakeN8n) -> None:
    async with ledger(n8n) as http:
        for number in range(1, 6):
            await work(http, n8n, number, "auto_sent")
            label = {"label": "right", "at": ago(number)}
            await outcome(http, number, "label", **label)
        pages = [await reviewed(http, limit=2, offset=offset) for offset in (0, 2, 4)]
        seen = [each["ticket_id"][-1] for page in pages for each in page["outcomes"]]
        assert seen == ["5", "4", "3", "2", "1"]
        assert [page["next_offset"] for page in pages] == [2, 4, None]
        assert (await reviewed(http, since=ago(2.5)))["total"] == 2
        assert (await reviewed(http, offset=9))["next_offset"] is None
        assert (await http.get("/outcomes/reviewed")).status_code == 422


async def test_the_features_are_handed_on_as_they_were_then(
    ledger: Start, n8n: FakeN8n, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = {"similarity": 0.8, "agreement": 1.0}
    monkeypatch.setattr("tests.ledger.test_measures.decided_event", _with(features))
    async with ledger(n8n) as http:
        await work(http, n8n, 1, "auto_sent")
        await outcome(http, 1, "label", label="wrong")
        [outcome_] = (await reviewed(http))["outcomes"]
    assert outcome_["features"] == features


def _with(features: dict[str, float]) -> Any:
    def event(*arguments: Any, **changes: Any) -> dict[str, Any]:
        made = decided_event(*arguments, **changes)
        made["check"]["features"] = features
        return made

    return event
