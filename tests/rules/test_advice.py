"""Outcomes in, thresholds and calibrations out, over HTTP."""

from typing import Any

import httpx
import numpy as np
import pytest

from services.rules.outcome_store import OutcomeStore
from tests.rules.bodies import check_body

NAMES = (
    "similarity",
    "verbatim_share",
    "coverage",
    "agreement",
    "classification_confidence",
    "draft_confidence",
    "corrections",
)


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULES_CALIBRATION_REFRESH_SECONDS", "0")


def outcome(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "ticket_id": f"django-helpdesk:{number}",
        "category": "technical",
        "probability": 0.95,
        "correct": True,
        "reviewed_at": "2026-11-20T10:00:00Z",
    } | changes


async def send(rules: httpx.AsyncClient, outcomes: list[dict[str, Any]]) -> int:
    stored = 0
    for start in range(0, len(outcomes), 1000):
        answer = await rules.post("/outcomes", json={"outcomes": outcomes[start : start + 1000]})
        assert answer.status_code == 200, answer.text
        stored += answer.json()["stored"]
    return stored


async def test_the_latest_finding_of_a_draft_counts_once(rules: httpx.AsyncClient) -> None:
    assert await send(rules, [outcome(1), outcome(2)]) == 2
    assert await send(rules, [outcome(1)]) == 0
    later = outcome(1, correct=False, reviewed_at="2026-11-21T10:00:00Z")
    assert await send(rules, [later, outcome(1), outcome(1, turn=2)]) == 2
    found = (await rules.get("/policies/technical/simulation?threshold=0.9")).json()
    assert (found["reviewed"], found["sent"], found["wrong"]) == (3, 3, 1)


async def test_without_evidence_advice_is_refused_and_nothing_changes(
    rules: httpx.AsyncClient,
) -> None:
    await send(rules, [outcome(n) for n in range(100)])
    advice = (await rules.get("/policies/technical/advice")).json()
    assert (advice["threshold"], advice["reviews_needed"]) == (None, 199)
    refused = await rules.post("/policies/technical/advice", json={"updated_by": "agent:maria"})
    assert (refused.status_code, refused.json()["code"]) == (409, "advice_refused")
    assert "199 more" in refused.json()["detail"]
    assert (await policy(rules))["send_threshold"] == 0.75


@pytest.mark.parametrize("target", [5e-324, 1e-17])
async def test_a_target_next_to_nothing_is_answered(
    rules: httpx.AsyncClient, target: float
) -> None:
    await send(rules, [outcome(n, language="en") for n in range(5)])
    body = {"updated_by": "agent:maria", "target": target}
    assert (await rules.post("/policies/technical/advice", json=body)).status_code == 409
    body = {"updated_by": "agent:maria", "autonomy_target": target}
    assert (await rules.put("/policies/technical", json=body)).status_code == 200
    assert (await rules.get("/autonomy")).status_code == 200
    assert (await rules.post("/autonomy/review")).status_code == 200


async def policy(rules: httpx.AsyncClient, category: str = "technical") -> dict[str, Any]:
    found = (await rules.get("/policies")).json()["policies"]
    return next(each for each in found if each["category"] == category)


async def test_one_click_sets_the_advised_threshold(rules: httpx.AsyncClient) -> None:
    good = [outcome(n, probability=0.9 + n / 10_000) for n in range(900)]
    bad = [outcome(1000 + n, probability=0.6, correct=n % 3 > 0) for n in range(300)]
    await send(rules, good + bad)
    applied = await rules.post("/policies/technical/advice", json={"updated_by": "agent:maria"})
    assert applied.status_code == 200, applied.text
    assert applied.json()["advice"]["threshold"] == 0.94
    assert applied.json()["advice"]["upper"] <= 0.01
    now = await policy(rules)
    assert now["send_threshold"] == applied.json()["advice"]["threshold"]
    assert now["updated_by"] == "agent:maria"
    assert (await policy(rules, "billing"))["send_threshold"] == 0.90


async def test_only_policies_that_say_so_follow_the_advice(rules: httpx.AsyncClient) -> None:
    await send(rules, [outcome(n) for n in range(400)])
    nobody = await rules.post("/advice/follow", json={"updated_by": "nightly"})
    assert nobody.json() == {"categories": []}
    for category in ("technical", "billing"):
        body = {"follow_advice": True, "updated_by": "agent:maria"}
        assert (await rules.put(f"/policies/{category}", json=body)).status_code == 200
    for changed in (True, False):  # the second time there is nothing to do
        found = (await rules.post("/advice/follow", json={"updated_by": "nightly"})).json()
        billing, technical = found["categories"]
        assert (billing["changed"], billing["threshold"]) == (False, 0.75)
        assert "299 more" in billing["reason"]
        assert (technical["changed"], technical["threshold"]) == (changed, 0.95)
    assert (await policy(rules))["updated_by"] == "nightly"


@pytest.mark.parametrize("by_hand", [True, False])
async def test_what_is_changed_while_advice_is_worked_out_stays(
    by_hand: bool, rules: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(rules, [outcome(n) for n in range(400)])
    following = {"follow_advice": True, "updated_by": "agent:maria"}
    await rules.put("/policies/technical", json=following)
    read = OutcomeStore.outcomes

    async def meanwhile(store: OutcomeStore, category: str) -> Any:
        await rules.put(
            "/policies/technical", json={"always_human": True, "updated_by": "agent:noor"}
        )
        return await read(store, category)

    monkeypatch.setattr(OutcomeStore, "outcomes", meanwhile)
    path = "/policies/technical/advice" if by_hand else "/advice/follow"
    found = (await rules.post(path, json={"updated_by": "deskloop"})).json()
    now = await policy(rules)
    assert now["always_human"] is True
    assert now["follow_advice"] is False
    if by_hand:
        assert now["send_threshold"] == found["policy"]["send_threshold"] == 0.95
    else:
        [technical] = found["categories"]
        assert technical["changed"] is False
        assert "by agent:noor" in technical["reason"]
        assert now["send_threshold"] == technical["threshold"] == 0.75


async def test_a_category_without_a_policy_is_named(rules: httpx.AsyncClient) -> None:
    for path in ("advice", "simulation?threshold=0.8"):
        answer = await rules.get(f"/policies/unheard/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "policy_not_found")
        assert "billing" in answer.json()["detail"]


def measured(number: int, random: np.random.Generator) -> dict[str, Any]:
    values = dict(zip(NAMES, map(float, random.random(7)), strict=True))
    right = bool(random.random() < 1 / (1 + np.exp(4 - 8 * values["similarity"])))
    return outcome(number, features=values, correct=right, probability=values["draft_confidence"])


async def test_the_probability_is_refitted_used_and_taken_back(rules: httpx.AsyncClient) -> None:
    random = np.random.default_rng(4)
    few = (await rules.post("/calibration/refit", json={"by": "nightly"})).json()
    assert (few["fitted"], few["version"]) == (False, None)
    assert "0 of 50 reviewed outcomes" in few["reason"]
    before = (await rules.post("/check-draft", json=check_body())).json()
    await send(rules, [measured(n, random) for n in range(400)])
    first = (await rules.post("/calibration/refit", json={"by": "nightly"})).json()
    assert first["fitted"], first
    assert first["report"]["brier"] < first["report"]["brier_of_prior"]
    after = (await rules.post("/check-draft", json=check_body())).json()
    assert after["probability"] != before["probability"]
    assert after["features"] == before["features"]
    second = (await rules.post("/calibration/refit", json={"by": "agent:maria"})).json()
    back = (await rules.post("/calibration/rollback", json={"by": "agent:maria"})).json()
    assert back["active"] == first["version"] == second["version"] - 1
    none = (await rules.post("/calibration/rollback", json={"by": "agent:maria"})).json()
    assert none["active"] is None
    again = (await rules.post("/check-draft", json=check_body())).json()
    assert again["probability"] == before["probability"]
    wrong = await rules.post("/calibration/rollback", json={"by": "a", "version": 99})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "calibration_not_found")


async def test_the_report_shows_what_probabilities_are_worth(rules: httpx.AsyncClient) -> None:
    empty = (await rules.get("/calibration")).json()
    assert (empty["outcomes"], empty["outcomes_needed"]) == (0, 50)
    assert empty["reliability"] == []
    random = np.random.default_rng(5)
    await send(rules, [measured(n, random) for n in range(300)])
    await send(rules, [outcome(1000 + n, category="billing", correct=n > 5) for n in range(20)])
    before = (await rules.get("/calibration")).json()
    everything, billing, technical = before["reliability"]
    assert [each["category"] for each in before["reliability"]] == [None, "billing", "technical"]
    assert (everything["outcomes"], billing["outcomes"], technical["outcomes"]) == (320, 20, 300)
    assert billing["right"] == pytest.approx(0.7)
    assert billing["ece"] == pytest.approx(0.25)  # said 0.95 of all
    await rules.post("/calibration/refit", json={"by": "nightly"})
    after = (await rules.get("/calibration")).json()["reliability"][2]
    assert after["ece"] < 0.15 < technical["ece"]
    assert sum(each["outcomes"] for each in after["bins"]) == 300


async def test_a_fit_that_is_no_better_than_the_prior_is_not_used(
    rules: httpx.AsyncClient,
) -> None:
    """What is measured says nothing of what is right: any fit is noise, or at best the mean."""
    poor = dict.fromkeys(NAMES, 0.0)
    await send(rules, [outcome(n, features=poor, correct=False) for n in range(80)])
    answer = (await rules.post("/calibration/refit", json={"by": "nightly"})).json()
    assert (answer["fitted"], answer["active"]) == (False, None)
    assert "not used" in answer["reason"]
