"""Whatever customers, models or colleagues wrote is shown as text on every page, never logged."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from tests.console.conftest import Browser, System
from tests.ledger.samples import decided_event

ATTACK = "</textarea></title></script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
MARK = "Zq7hostile"
HOSTILE = f"{MARK} {ATTACK} {{{{7*7}}}} {{% raw %}}"
SCHEME = "javascript:alert(3)"


class Elements(HTMLParser):
    """Collects what a browser would build: tags, event attributes, addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str | None] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script":
            self.scripts.append(values.get("src"))
        if tag in ("iframe", "object", "embed", "base") or (tag == "img" and values["src"] == "x"):
            self.wrong.append(tag)
        for name, value in attrs:
            link = name in ("href", "src", "action", "formaction") or name.startswith("hx-")
            if name.startswith("on") or name == "style":
                self.wrong.append(f"{tag} {name}")
            if link and (value or "").strip().lower().startswith("javascript:"):
                self.wrong.append(f"{tag} {value}")


def harmless(page: str) -> None:
    found = Elements()
    found.feed(page)
    assert found.wrong == []
    assert all(src and src.startswith("/static/") for src in found.scripts)
    assert ATTACK not in page
    assert "7*7" in page or MARK not in page


async def hostile_review(system: System, number: int = 1, route: str = "review") -> dict[str, Any]:
    """A ticket in which every text of every field is an attack."""
    turn = {"author": "customer", "body": HOSTILE, "at": "2026-11-20T10:00:00Z"}
    ticket = {
        "subject": HOSTILE,
        "body": HOSTILE,
        "thread": [turn, turn | {"author": "agent"}, turn | {"author": "bot"}],
        "requester": {"id": HOSTILE[:190], "email": HOSTILE[:190], "name": HOSTILE[:190]},
    }
    reason = {"rule": HOSTILE[:100], "detail": HOSTILE, "effect": "block_send"}
    event = decided_event("x1", route=route)
    event["classification"] |= {"intent": HOSTILE[:190], "reasoning": HOSTILE, "model": HOSTILE}
    event["classification"] |= {"category": HOSTILE[:190], "language": HOSTILE[:35]}
    event["evidence"]["documents"][0] |= {"id": HOSTILE[:190], "title": HOSTILE}
    event["evidence"]["documents"][0] |= {"section": HOSTILE, "text": HOSTILE, "url": SCHEME}
    correction = {"id": HOSTILE[:190], "summary": HOSTILE, "ticket_text": HOSTILE}
    correction |= {"resolution": HOSTILE, "category": "technical", "similarity": 0.9}
    event["evidence"]["corrections"] = [correction]
    event["draft"] |= {"reply": HOSTILE, "findings": [HOSTILE], "language": HOSTILE[:35]}
    event["draft"]["citations"] = [{"source_id": HOSTILE[:190], "quote": HOSTILE}]
    event["check"]["blockers"] = [reason]
    event["detail"] = {"step": HOSTILE, "error": HOSTILE}
    return await system.end(number, route, ticket=ticket, event=event)


@pytest.mark.parametrize("path", ["/reviews", "/reviews/rows", "/tickets"])
async def test_lists(system: System, browser: Browser, path: str) -> None:
    await hostile_review(system)
    page = await browser.get(path)
    assert MARK in page
    harmless(page)


async def test_review_before_and_after_the_decision(system: System, browser: Browser) -> None:
    review_id = (await hostile_review(system))["review_id"]
    page = await browser.get(f"/reviews/{review_id}")
    assert page.count(MARK) > 10
    harmless(page)
    path = f"/reviews/{review_id}/decision"
    await browser.post(path, {"decision": "nonsense", "reply": HOSTILE}, status=422)
    harmless(browser.page)
    await browser.post(path, {"decision": "send", "reply": HOSTILE + "!"})
    page = await browser.get(f"/reviews/{review_id}")
    assert MARK in page
    harmless(page)


async def test_ticket(system: System, browser: Browser) -> None:
    await hostile_review(system)
    outcome = {"kind": "label", "label": HOSTILE[:190], "key": "k", "detail": {"agent_id": HOSTILE}}
    path = "/tickets/django-helpdesk:1"
    assert (await system.ledger.post(f"{path}/outcomes", json=outcome)).status_code == 201
    page = await browser.get("/tickets/django-helpdesk%3A1")
    assert page.count(MARK) > 5
    harmless(page)


async def test_quality_check(system: System, browser: Browser) -> None:
    await hostile_review(system, route="auto_sent")
    today = (await system.ledger.get("/tickets/django-helpdesk:1")).json()["turns"][0]
    page = await browser.get(f"/quality?day={today['finished_at'][:10]}")
    assert MARK in page
    harmless(page)


async def test_dashboard(system: System, browser: Browser) -> None:
    await hostile_review(system)
    page = await browser.get("/dashboard")
    assert MARK.lower() in page.lower()
    harmless(page)


async def test_corrections(system: System, browser: Browser) -> None:
    body = {
        "ticket_id": HOSTILE[:190],
        "ticket_text": HOSTILE,
        "ai_draft": HOSTILE + " Please restart it.",
        "human_resolution": HOSTILE,
        "category": "technical",
        "agent_id": HOSTILE[:190],
        "verdict": "taught",
    }
    stored = await system.store.post("/corrections", json=body)
    assert stored.status_code == 200, stored.text
    page = await browser.get("/corrections")
    assert MARK in page
    harmless(page)
    page = await browser.get(f"/corrections/{stored.json()['id']}")
    assert page.count(MARK) > 3
    harmless(page)


QUERIES = ["/reviews?category={}", "/tickets?find={}", "/corrections?search={}&category={}"]
QUERIES += ["/login?next=/{}", "/reviews?said={}", "/{}", "/tickets/{}", "/corrections?show={}"]


@pytest.mark.parametrize("query", QUERIES)
async def test_addresses(browser: Browser, query: str) -> None:
    answer = await browser.http.get(query.replace("{}", quote(HOSTILE[:150], safe="")))
    assert answer.status_code in (200, 404, 422)
    harmless(answer.text)


async def test_policy(system: System, browser: Browser) -> None:
    values = (await system.rules.get("/policies")).json()["policies"][0]
    body = {k: v for k, v in values.items() if k not in ("category", "updated_at")}
    path = f"/policies/{values['category']}"
    answer = await system.rules.put(path, json=body | {"updated_by": HOSTILE[:190]})
    assert answer.status_code == 200, answer.text
    for path in ("/thresholds", f"/thresholds/{values['category']}"):
        page = await browser.get(path)
        assert MARK in page
        harmless(page)


async def test_no_ticket_text_in_the_log(
    system: System, browser: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    review_id = (await hostile_review(system))["review_id"]
    capfd.readouterr()
    await browser.get("/reviews")
    await browser.get(f"/reviews/{review_id}")
    await browser.get("/tickets/django-helpdesk:1")
    path = f"/reviews/{review_id}/decision"
    await browser.post(path, {"decision": "send", "reply": " "}, status=422)
    correction = f"/corrections/{MARK}"
    await browser.post(correction, {"action": "save", "human_resolution": HOSTILE}, status=404)
    fields = {"action": "save", "human_resolution": HOSTILE, "category": HOSTILE * 9}
    await browser.post(correction, fields, status=422)
    system.ways["ledger"].away = True
    await browser.get(f"/reviews/{review_id}", status=503)
    system.ways["ledger"].failure = RuntimeError(HOSTILE)
    await browser.get(f"/reviews/{review_id}", status=500)
    said = "".join(capfd.readouterr())
    assert "page_failed" in said
    assert "unexpected_error" in said
    assert MARK not in said
