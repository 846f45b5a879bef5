"""Both calls over HTTP with a real policy table."""

import threading

import httpx
import pytest

from services.rules import service
from services.rules.draft_check import DraftChecker
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


async def test_nobody_waits_while_a_long_text_is_judged(
    rules: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop stays free: 100 kB of a hostile text take seconds."""
    threads: dict[str, int] = {}
    for owner, name in ((service, "triage"), (DraftChecker, "check")):
        done = getattr(owner, name)

        def noted(*given: object, _name: str = name, _done: object = done) -> object:
            threads[_name] = threading.get_ident()
            return _done(*given)  # type: ignore[operator]

        monkeypatch.setattr(owner, name, noted)
    (await rules.post("/triage", json=triage_body())).raise_for_status()
    (await rules.post("/check-draft", json=check_body())).raise_for_status()
    assert set(threads) == {"triage", "check"}
    assert threading.get_ident() not in threads.values()
