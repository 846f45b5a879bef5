"""Autonomy over HTTP: earned, proposed, lost, decided by people, and kept with its evidence."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from tests.rules.bodies import (
    check_body,
    classification,
    document,
    draft,
    evidence,
    ticket,
    triage_body,
)

EARNED_FIRST = {"autonomy_begins": "draft", "updated_by": "maya"}


async def reviewed(
    rules: httpx.AsyncClient, right: int, wrong: int = 0, language: str = "de"
) -> None:
    """People judged so many answers just now."""
    start = int(datetime.now(UTC).timestamp() * 1000)
    outcomes = [
        {
            "ticket_id": f"django-helpdesk:{start}-{n}",
            "category": "technical",
            "language": language,
            "probability": 0.97,
            "correct": n >= wrong,
            "reviewed_at": (datetime.now(UTC) + timedelta(microseconds=n)).isoformat(),
        }
        for n in range(right + wrong)
    ]
    answer = await rules.post("/outcomes", json={"outcomes": outcomes})
    assert answer.json() == {"stored": right + wrong}, answer.text


async def customers(rules: httpx.AsyncClient, silent: int, contested: int) -> None:
    """Customers said nothing of so many answers, and contested so many."""
    outcomes = [
        {
            "ticket_id": f"django-helpdesk:{n}",
            "category": "technical",
            "language": "de",
            "probability": 0.8,
            "correct": n >= contested,
            "found_by": "silence" if n >= contested else "customer",
            "reviewed_at": datetime.now(UTC).isoformat(),
        }
        for n in range(silent + contested)
    ]
    answer = await rules.post("/outcomes", json={"outcomes": outcomes})
    assert answer.json() == {"stored": silent + contested}, answer.text


async def review(rules: httpx.AsyncClient) -> list[str]:
    """Have everything looked at; returns what was changed, as words."""
    answer = await rules.post("/autonomy/review")
    assert answer.status_code == 200, answer.text
    return [
        f"{each['category']} {each['language']} {each['change']}"
        for each in answer.json()["changes"]
    ]


QUESTIONS = {
    "de": "Wie setze ich meinen Sensor zurück?",
    "en": "How do I reset my sensor?",
    "fr": "Comment réinitialiser mon capteur ?",
    "pt": "Como reponho o meu sensor?",
}
QUOTES = {
    "de": "Halten Sie die Taste am Sensor gedrückt, bis das Licht blau blinkt.",
    "en": "Hold the button on the sensor until the light blinks blue.",
    "fr": "Maintenez le bouton du capteur jusqu'à ce que la lumière clignote en bleu.",
    "pt": "Mantenha o botão do sensor premido até a luz piscar a azul.",
}


async def verdict(rules: httpx.AsyncClient, language: str = "de") -> str:
    about = classification(language=language)
    primary = language.split("-")[0]
    quote = QUOTES[primary]
    cited = [{"source_id": "reset#1", "quote": quote}]
    body = check_body(
        ticket=ticket(QUESTIONS[primary]),
        classification=about,
        draft=draft(language=language, reply=quote, citations=cited),
        evidence=evidence(documents=[document(text=quote)]),
    )
    found: str = (await rules.post("/check-draft", json=body)).json()["verdict"]
    return found


async def state(rules: httpx.AsyncClient, language: str = "de") -> dict[str, Any]:
    states = (await rules.get("/autonomy")).json()["states"]
    one: dict[str, Any] = next(each for each in states if each["language"] == language)
    return one


async def decide(
    rules: httpx.AsyncClient, decision: str, path: str = "technical/de"
) -> httpx.Response:
    body = {"decision": decision, "updated_by": "maya"}
    return await rules.post(f"/autonomy/{path}", json=body)


async def test_nothing_is_known_in_a_new_database(rules: httpx.AsyncClient) -> None:
    assert (await rules.get("/autonomy")).json() == {"states": []}
    assert (await rules.post("/autonomy/review")).json() == {"looked_at": 0, "changes": []}
    assert await verdict(rules) == "auto_send"


async def test_a_language_that_is_often_wrong_loses_it_and_the_others_do_not(
    rules: httpx.AsyncClient,
) -> None:
    await reviewed(rules, 20, 10, language="de-AT")
    await reviewed(rules, 30, language="en")
    assert await review(rules) == ["technical de demoted"]
    assert await verdict(rules, "de") == "review"
    assert await verdict(rules, "de-CH") == "review"
    assert await verdict(rules, "en") == "auto_send"
    triage = (
        await rules.post("/triage", json=triage_body(classification=classification(language="de")))
    ).json()
    assert triage["mode"] == "draft"
    assert triage["requires_human"] is False
    [reason] = triage["reasons"]
    assert reason["rule"] == "draft_mode"
    assert "20 of 30 reviewed answers were right" in reason["detail"]


async def test_the_change_is_kept_with_its_evidence(
    rules: httpx.AsyncClient, database_url: str
) -> None:
    await reviewed(rules, 20, 10)
    await review(rules)
    [event] = (await rules.get("/autonomy/events?category=technical&language=de-DE")).json()[
        "events"
    ]
    assert (event["change"], event["by"]) == ("demoted", "deskloop")
    evidence = event["evidence"]
    assert (evidence["reviews"], evidence["wrong"]) == (30, 10)
    assert (evidence["target"], evidence["reviews_needed"]) == (0.05, 100)
    assert evidence["wrong_low"] == pytest.approx(0.1935, abs=1e-3)
    assert len(evidence["wrong_tickets"]) == 10
    connection = await asyncpg.connect(database_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("UPDATE autonomy_events SET reason = 'another'")
    await connection.close()


async def test_what_is_judged_once_is_not_judged_again(rules: httpx.AsyncClient) -> None:
    await reviewed(rules, 20, 10)
    assert await review(rules) == ["technical de demoted"]
    assert await review(rules) == []
    assert (await state(rules))["evidence"]["reviews"] == 0


async def test_looked_at_twice_at_the_same_moment_is_one_change(rules: httpx.AsyncClient) -> None:
    await reviewed(rules, 20, 10)
    found = await asyncio.gather(*(review(rules) for _ in range(5)))
    assert sorted(len(changes) for changes in found) == [0, 0, 0, 0, 1]


async def test_what_customers_contest_is_a_share_of_what_was_sent(
    rules: httpx.AsyncClient,
) -> None:
    await customers(rules, silent=90, contested=10)
    assert await review(rules) == []
    found = (await state(rules))["evidence"]
    assert (found["reviews"], found["sent"], found["contested"]) == (0, 100, 10)
    await customers(rules, silent=0, contested=40)
    found = (await state(rules))["evidence"]
    assert (found["sent"], found["contested"]) == (100, 40)
    assert await review(rules) == ["technical de demoted"]
    assert await verdict(rules) == "review"


async def test_silence_advises_nothing(rules: httpx.AsyncClient) -> None:
    await customers(rules, silent=500, contested=0)
    advice = (await rules.get("/policies/technical/advice")).json()
    assert advice["reviewed"] == 0


async def test_it_is_earned_proposed_and_let_by_a_person(rules: httpx.AsyncClient) -> None:
    await rules.put("/policies/technical", json=EARNED_FIRST)
    assert await verdict(rules) == "review"
    await reviewed(rules, 99)
    assert await review(rules) == []
    await reviewed(rules, 1)
    assert await review(rules) == ["technical de proposed"]
    assert await review(rules) == []
    assert await verdict(rules) == "review"
    before = await state(rules)
    assert (before["mode"], before["proposed"], before["by"]) == ("draft", True, None)
    answer = await decide(rules, "promote")
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["mode"], after["proposed"], after["by"]) == ("auto", False, "maya")
    assert await verdict(rules) == "auto_send"
    assert await verdict(rules, "en") == "review"


async def test_where_the_policy_says_so_nobody_is_asked(rules: httpx.AsyncClient) -> None:
    await rules.put("/policies/technical", json=EARNED_FIRST | {"autonomy": "automatic"})
    await reviewed(rules, 100)
    assert await review(rules) == ["technical de promoted"]
    assert await verdict(rules) == "auto_send"
    await reviewed(rules, 0, 8)
    assert await review(rules) == ["technical de demoted"]
    assert await verdict(rules) == "review"
    await reviewed(rules, 60)
    assert await review(rules) == []
    await reviewed(rules, 60)
    assert await review(rules) == ["technical de promoted"]


async def test_not_yet_means_as_many_again(rules: httpx.AsyncClient) -> None:
    await rules.put("/policies/technical", json=EARNED_FIRST)
    await reviewed(rules, 100)
    await review(rules)
    assert (await decide(rules, "decline")).json()["proposed"] is False
    assert await review(rules) == []
    assert await verdict(rules) == "review"
    await reviewed(rules, 100)
    assert await review(rules) == ["technical de proposed"]


async def test_a_proposal_that_does_not_hold_any_more_is_none(rules: httpx.AsyncClient) -> None:
    await rules.put("/policies/technical", json=EARNED_FIRST)
    await reviewed(rules, 100)
    await review(rules)
    await reviewed(rules, 0, 5)
    assert (await state(rules))["proposed"] is False
    assert (await decide(rules, "decline")).status_code == 409


async def test_a_person_may_take_it_away_and_give_it_back(rules: httpx.AsyncClient) -> None:
    assert (await decide(rules, "demote", "technical/pt-BR")).json()["language"] == "pt"
    assert await verdict(rules, "pt") == "review"
    assert (await decide(rules, "demote", "technical/pt")).status_code == 409
    assert (await decide(rules, "promote", "technical/pt")).json()["mode"] == "auto"
    assert await verdict(rules, "pt") == "auto_send"
    events = (await rules.get("/autonomy/events?language=pt")).json()["events"]
    assert [event["reason"] for event in events] == [
        "Decided by maya. No answer was reviewed yet; it takes 100 right ones."
    ] * 2
    refused = await decide(rules, "promote", "technical/pt")
    assert refused.json()["code"] == "autonomy_unchanged"


async def test_manual_leaves_everything_to_people(rules: httpx.AsyncClient) -> None:
    await rules.put("/policies/technical", json={"autonomy": "manual", "updated_by": "maya"})
    await reviewed(rules, 0, 30)
    assert await review(rules) == []
    assert await verdict(rules) == "auto_send"


async def test_a_category_in_draft_mode_sends_nothing_whatever_was_earned(
    rules: httpx.AsyncClient,
) -> None:
    await decide(rules, "demote")
    await decide(rules, "promote")
    await rules.put("/policies/technical", json={"mode": "draft", "updated_by": "maya"})
    assert await verdict(rules) == "review"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("none-such/de", 404, "policy_not_found"),
        ("technical/d", 422, "invalid_request"),
        ("technical/de'--", 422, "invalid_request"),
    ],
)
async def test_odd_decisions_are_refused(
    rules: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await decide(rules, "demote", path)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


async def test_a_category_without_a_policy_is_left_alone(rules: httpx.AsyncClient) -> None:
    outcome = {
        "ticket_id": "t:1",
        "category": "gone",
        "probability": 0.9,
        "correct": False,
        "reviewed_at": datetime.now(UTC).isoformat(),
    }
    await rules.post("/outcomes", json={"outcomes": [outcome]})
    assert (await rules.post("/autonomy/review")).json()["looked_at"] == 0
