"""The policy table over HTTP: read at each decision, changed without a restart."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from services.contracts.policies import PolicyValues
from services.rules.main import create_app
from services.rules.policies import load_presets
from tests.conftest import Client
from tests.rules.bodies import check_body, classification, triage_body

CATEGORIES = ["account", "billing", "general", "shipping", "technical"]


async def _policies(rules: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    answer = await rules.get("/policies")
    assert answer.status_code == 200, answer.text
    assert answer.json()["presets"] == ["balanced", "draft-first", "strict"]
    return {policy["category"]: policy for policy in answer.json()["policies"]}


async def test_a_new_database_holds_the_preset_balanced(rules: httpx.AsyncClient) -> None:
    found = await _policies(rules)
    balanced = load_presets(Path("config/rules/presets"))["balanced"]
    assert list(found) == CATEGORIES
    for category, policy in found.items():
        values = {name: policy[name] for name in PolicyValues.model_fields}
        assert values == balanced.values_for(category).model_dump(mode="json")


async def test_a_change_holds_from_the_next_decision_on(rules: httpx.AsyncClient) -> None:
    body = {"always_human": True, "updated_by": "agent:maria"}
    changed = await rules.put("/policies/technical", json=body)
    assert changed.status_code == 200, changed.text
    assert changed.json()["always_human"] is True
    assert changed.json()["updated_by"] == "agent:maria"
    assert (await rules.post("/triage", json=triage_body())).json()["requires_human"] is True
    assert (await rules.post("/check-draft", json=check_body())).json()["verdict"] == "human"


async def test_a_new_category_needs_no_code(rules: httpx.AsyncClient) -> None:
    body = triage_body(classification=classification(category="plant-food"))
    before = (await rules.post("/triage", json=body)).json()
    assert before["requires_human"] is True
    assert "account, billing, general, shipping, technical" in before["reasons"][0]["detail"]
    await rules.put("/policies/plant-food", json={"updated_by": "agent:maria"})
    after = (await rules.post("/triage", json=body)).json()
    assert after["requires_human"] is False


@pytest.mark.parametrize("category", ["", "Ä\U0001f331 b", "nothing'; drop table x", "x" * 200])
async def test_odd_categories_never_lead_to_an_error(
    rules: httpx.AsyncClient, category: str
) -> None:
    body = triage_body(classification=classification(category=category))
    answer = await rules.post("/triage", json=body)
    if category:
        assert answer.json()["requires_human"] is True
    else:
        assert answer.status_code == 422


async def test_without_any_policy_everything_goes_to_a_human(
    rules: httpx.AsyncClient, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("DELETE FROM category_policies")
    await connection.close()
    assert (await rules.post("/triage", json=triage_body())).json()["requires_human"] is True
    assert (await rules.post("/check-draft", json=check_body())).json()["verdict"] == "human"


@pytest.mark.parametrize(
    ("category", "body", "named"),
    [
        ("billing", {}, "updated_by"),
        ("billing", {"updated_by": "a", "send_threshold": 1.2}, "send_threshold"),
        ("billing", {"updated_by": "a", "send_treshold": 0.9}, "send_treshold"),
        ("billing", {"updated_by": "a", "send_threshold": 0.6}, "review_threshold"),
        ("billing", {"updated_by": "a", "send_up_to_urgency": "critical"}, "send_up_to_urgency"),
        ("Billing!", {"updated_by": "a"}, "category"),
    ],
)
async def test_a_wrong_policy_is_refused_by_name(
    rules: httpx.AsyncClient, category: str, body: dict[str, Any], named: str
) -> None:
    before = await _policies(rules)
    answer = await rules.put(f"/policies/{category}", json=body)
    assert answer.status_code == 422
    assert named in answer.text
    assert await _policies(rules) == before


async def test_what_was_changed_since_it_was_read_is_not_replaced(rules: httpx.AsyncClient) -> None:
    read = (await _policies(rules))["billing"]["updated_at"]
    theirs = {"always_human": True, "updated_by": "noor", "unchanged_since": read}
    changed = await rules.put("/policies/billing", json=theirs)
    assert changed.status_code == 200, changed.text
    before = await _policies(rules)
    mine = {"max_turns": 9, "updated_by": "maya", "unchanged_since": read}
    answer = await rules.put("/policies/billing", json=mine)
    assert (answer.status_code, answer.json()["code"]) == (409, "policy_changed")
    assert "by noor" in answer.json()["detail"]
    assert await _policies(rules) == before
    again = mine | {"unchanged_since": before["billing"]["updated_at"]}
    assert (await rules.put("/policies/billing", json=again)).status_code == 200


async def test_presets(rules: httpx.AsyncClient) -> None:
    by = {"updated_by": "agent:maria"}
    await rules.put("/policies/plant-food", json=by | {"max_turns": 9})
    strict = await rules.post("/policies/preset/strict", json=by)
    assert strict.status_code == 200, strict.text
    found = await _policies(rules)
    assert found["billing"]["always_human"] is found["account"]["always_human"] is True
    assert found["shipping"]["human_from_urgency"] == "high"
    assert found["plant-food"]["max_turns"] == 5
    await rules.post("/policies/preset/draft-first", json=by)
    assert (await rules.post("/triage", json=triage_body())).json()["mode"] == "draft"
    assert (await rules.post("/check-draft", json=check_body())).json()["verdict"] == "review"
    await rules.post("/policies/preset/balanced", json=by)
    assert (await rules.post("/check-draft", json=check_body())).json()["verdict"] == "auto_send"


async def test_an_unknown_preset_names_the_known_ones(rules: httpx.AsyncClient) -> None:
    answer = await rules.post("/policies/preset/lax", json={"updated_by": "a"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "unknown_preset"
    assert "balanced, draft-first, strict" in answer.json()["detail"]


async def test_every_change_is_recorded(rules: httpx.AsyncClient, database_url: str) -> None:
    await rules.put("/policies/technical", json={"updated_by": "maria", "max_turns": 3})
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "SELECT changed_by, policy->>'max_turns' AS turns FROM category_policy_changes "
        "WHERE category = 'technical' ORDER BY id"
    )
    await connection.close()
    assert [tuple(row) for row in rows] == [("migration", "5"), ("maria", "3")]


async def _teach(database_url: str, count: int, verdict: str = "approved") -> None:
    connection = await asyncpg.connect(database_url)
    await connection.executemany(
        "INSERT INTO support_corrections (ticket_id, ticket_text, human_resolution, category, "
        "agent_id, verdict) VALUES ($1, 'q', 'a', 'technical', 'ann', $2)",
        [(f"t:{verdict}:{n}", verdict) for n in range(count)],
    )
    await connection.close()


async def test_corrections_end_the_cold_start(rules: httpx.AsyncClient, database_url: str) -> None:
    await _teach(database_url, 49)
    await _teach(database_url, 5, "rejected")
    young = (await rules.post("/check-draft", json=check_body())).json()
    assert young["threshold"] == 0.85
    await _teach(database_url, 1, "taught")
    grown = (await rules.post("/check-draft", json=check_body())).json()
    assert grown["threshold"] == 0.75
    assert (await rules.post("/triage", json=triage_body())).json()["corrections_in_category"] == 50


async def test_approvals_end_draft_first(rules: httpx.AsyncClient, database_url: str) -> None:
    await rules.put("/policies/technical", json={"updated_by": "a", "draft_until_approved": 3})
    await _teach(database_url, 2)
    await _teach(database_url, 5, "edited")
    assert (await rules.post("/triage", json=triage_body())).json()["mode"] == "draft"
    await _teach(database_url, 1, "taught")
    assert (await rules.post("/triage", json=triage_body())).json()["mode"] == "draft"
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE support_corrections SET verdict = 'approved'")
    await connection.close()
    assert (await rules.post("/triage", json=triage_body())).json()["mode"] == "auto"


async def test_without_a_database_it_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKLOOP_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    async with client(create_app()) as http:
        assert (await http.get("/health")).status_code == 200
        ready = await http.get("/ready")
        answer = await http.post("/triage", json=triage_body())
    assert ready.status_code == 503
    assert "database" in ready.json()["detail"]
    assert answer.status_code == 503
    assert answer.json()["code"] == "database_unavailable"
    assert int(answer.headers["Retry-After"]) > 0


def test_the_migrations_say_why() -> None:
    for path in sorted(Path("sql/migrations").glob("001*.sql")):
        assert re.match(r"-- Because ", path.read_text())
