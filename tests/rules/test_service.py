"""Both calls over HTTP with a real policy table."""

import httpx

from tests.rules.bodies import check_body, triage_body


async def test_an_ordinary_question_needs_no_human(rules: httpx.AsyncClient) -> None:
    answer = await rules.post("/triage", json=triage_body())
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "urgency": "low",
        "requires_human": False,
        "reasons": [],
        "mode": "auto",
        "corrections_in_category": 0,
    }


async def test_excellent_evidence_is_sent_even_in_cold_start(rules: httpx.AsyncClient) -> None:
    answer = await rules.post("/check-draft", json=check_body())
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["verdict"] == "auto_send", found
    assert found["probability"] >= 0.85
    assert found["threshold"] == 0.85
    assert [reason["rule"] for reason in found["reasons"]] == ["cold_start"]
    assert found["blockers"] == []
