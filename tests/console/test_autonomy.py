"""Who has earned to answer alone, and the advised threshold: seen and decided in the console."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.console.conftest import Browser, System
from tests.console.test_pages import policy

EARNED_FIRST = {"autonomy_begins": "draft", "updated_by": "lead"}


async def judged(system: System, right: int, wrong: int = 0, language: str = "de") -> None:
    """People judged so many answers about bills."""
    now = datetime.now(UTC)
    outcomes = [
        {
            "ticket_id": f"django-helpdesk:{n + 1}",
            "category": "billing",
            "language": language,
            "probability": 0.97,
            "correct": n >= wrong,
            "reviewed_at": (now - timedelta(minutes=n)).isoformat(),
        }
        for n in range(right + wrong)
    ]
    answer = await system.rules.post("/outcomes", json={"outcomes": outcomes})
    assert answer.status_code == 200, answer.text


async def mode(system: System) -> str:
    states = (await system.rules.get("/autonomy")).json()["states"]
    found: str = next(each["mode"] for each in states if each["language"] == "de")
    return found


async def test_nothing_earned_yet_is_said(browser: Browser) -> None:
    assert "Nothing was reviewed yet." in await browser.get("/thresholds")


async def test_evidence_is_looked_at_and_a_person_lets_it_answer(
    system: System, browser: Browser
) -> None:
    await system.rules.put("/policies/billing", json=EARNED_FIRST)
    await judged(system, 103, 0)
    page = await browser.get("/thresholds")
    assert "has earned to be answered" not in page
    assert "earned" not in await browser.get("/dashboard")
    answer = await browser.post("/autonomy", {})
    assert answer.headers["location"] == "/thresholds?said=changed"
    page = await browser.get("/thresholds?said=changed")
    assert "Billing in German has earned to be answered without a person." in page
    assert "103 of the last 103 reviewed answers were right." in page
    assert "0.0–2.9 %" in page
    assert await mode(system) == "draft"
    page = await browser.get("/dashboard")
    assert "<strong>Billing in German</strong> has earned to be answered" in page
    answer = await browser.post("/autonomy/billing/de", {"decision": "promote"})
    page = await browser.get(answer.headers["location"])
    assert "the machine answers in this language by itself" in page
    assert "Answers by itself" in page
    assert "was let answer by itself" in page
    assert ", by maya" in page
    assert await mode(system) == "auto"


async def test_what_was_lost_names_the_wrong_answers(system: System, browser: Browser) -> None:
    await judged(system, 20, 10)
    await browser.get("/thresholds")
    await browser.post("/autonomy", {})
    page = await browser.get("/dashboard")
    assert "<strong>Billing in German</strong> was put back just now" in page
    page = await browser.get("/thresholds/billing")
    assert "was put back: people approve" in page
    assert "20 of 30 reviewed answers were right" in page
    assert 'href="/tickets/django-helpdesk%3A10"' in page
    assert "People approve" in page
    assert "100 more right ones needed." in page


async def test_not_yet_and_putting_back(system: System, browser: Browser) -> None:
    await system.rules.put("/policies/billing", json=EARNED_FIRST)
    await judged(system, 100)
    await system.rules.post("/autonomy/review")
    await browser.get("/thresholds")
    await browser.post("/autonomy/billing/de", {"decision": "decline"})
    assert "has earned to be answered" not in await browser.get("/thresholds")
    await browser.post("/autonomy/billing/de", {"decision": "promote"})
    await browser.get("/thresholds")
    await browser.post("/autonomy/billing/de", {"decision": "demote"})
    assert await mode(system) == "draft"


async def test_a_second_click_is_no_second_decision(system: System, browser: Browser) -> None:
    await browser.get("/thresholds")
    await browser.post("/autonomy/billing/de", {"decision": "demote"})
    await browser.get("/thresholds")
    await browser.post("/autonomy/billing/de", {"decision": "demote"}, status=409)
    assert "already" in browser.page
    events = (await system.rules.get("/autonomy/events")).json()["events"]
    assert [(each["change"], each["by"]) for each in events] == [("demoted", "maya")]


@pytest.mark.parametrize("fields", [{}, {"decision": "yolo"}])
async def test_odd_decisions_change_nothing(
    system: System, browser: Browser, fields: dict[str, str]
) -> None:
    await browser.get("/thresholds")
    await browser.post("/autonomy/billing/de", fields, status=422)
    assert (await system.rules.get("/autonomy/events")).json() == {"events": []}


@pytest.mark.parametrize(
    "path", ["/autonomy", "/autonomy/billing/de", "/thresholds/billing/advice"]
)
async def test_forms_that_are_not_ours_change_nothing(
    system: System, browser: Browser, path: str
) -> None:
    await judged(system, 0, 10)
    await browser.get("/thresholds")
    await browser.post(path, {"decision": "demote"}, status=403, csrf="made-up")
    assert (await system.rules.get("/autonomy/events")).json() == {"events": []}


async def test_advice_is_refused_with_what_is_missing(system: System, browser: Browser) -> None:
    await judged(system, 40)
    page = await browser.get("/thresholds/billing")
    assert "No threshold yet. 40 reviewed answers; it takes at least 299" in page
    assert "/thresholds/billing/advice" not in page
    await browser.post("/thresholds/billing/advice", {}, status=409)
    assert (await policy(system))["send_threshold"] == 0.9


async def test_advice_is_applied_with_one_click(system: System, browser: Browser) -> None:
    await judged(system, 700)
    page = await browser.get("/thresholds/billing")
    assert "Of 700 answers that people judged, <strong>97.0 %</strong>" in page
    answer = await browser.post("/thresholds/billing/advice", {})
    assert answer.headers["location"] == "/thresholds/billing?said=advice"
    after = await policy(system)
    assert (after["send_threshold"], after["updated_by"]) == (0.97, "maya")
    assert "It is set to that." in await browser.get("/thresholds/billing")


async def test_what_it_takes_is_changed_in_the_form(system: System, browser: Browser) -> None:
    await browser.get("/thresholds/billing")
    fields: dict[str, Any] = {"autonomy": "automatic", "autonomy_begins": "draft"}
    numbers = {"reviews_needed": "250", "autonomy_target": "2,5"}
    await browser.post("/thresholds/billing", fields | numbers)
    after = await policy(system)
    assert {name: after[name] for name in fields} == fields
    assert (after["reviews_needed"], after["autonomy_target"]) == (250, 0.025)
    await browser.get("/thresholds/billing")
    await browser.post("/thresholds/billing", {"autonomy_target": "0"}, status=422)
    assert "Wrong answers allowed" in browser.page


async def test_names_are_shown_as_text(system: System, browser: Browser) -> None:
    body = {"decision": "demote", "updated_by": "<script>alert(1)</script>"}
    await system.rules.post("/autonomy/billing/de", json=body)
    for path in ("/thresholds", "/thresholds/billing"):
        page = await browser.get(path)
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert" not in page


async def test_dashboard_needs_no_rules(system: System, browser: Browser) -> None:
    system.ways["rules"].away = True
    assert "How tickets ended" in await browser.get("/dashboard")
