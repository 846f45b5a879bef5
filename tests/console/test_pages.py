"""Dashboard, tickets, corrections, thresholds and the quality check, on real services."""

import re
from typing import Any

import httpx
import psycopg
import pytest

from services.console import words
from services.console.clients import RulesApi
from services.contracts.policies import PutPolicyRequest
from tests.console.conftest import Browser, System
from tests.ledger.conftest import a_reply, call, register

_ENDINGS = re.compile(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>')
_NUMBER = re.compile(r'<td class="number">(\d+)</td>')
FROM_MACHINE = "Restart the hub."


async def correction(system: System, **changes: Any) -> str:
    body = {
        "ticket_id": "django-helpdesk:1",
        "ticket_text": "How do I send my sensor back?",
        "ai_draft": "Please read our terms.",
        "human_resolution": "You can return it within 30 days. Print the label in the app.",
        "category": "shipping",
        "agent_id": "anna",
        "verdict": "edited",
    }
    answer = await system.store.post("/corrections", json=body | changes)
    assert answer.status_code == 200, answer.text
    found: str = answer.json()["id"]
    return found


async def policy(system: System, category: str = "billing") -> dict[str, Any]:
    found = (await system.rules.get("/policies")).json()["policies"]
    one: dict[str, Any] = next(each for each in found if each["category"] == category)
    return one


async def test_dashboard_counts_how_tickets_ended(system: System, browser: Browser) -> None:
    await system.end(1, "auto_sent")
    await system.end(2, "review")
    await system.end(3, "human")
    page = await browser.get("/dashboard")
    assert "Answered by the machine: 1" in page
    assert "Draft reviewed by a person: 1" in page
    assert "Straight to a person: 1" in page
    assert "No question is seven days old yet." in page
    for kind in ("machine", "review", "person"):
        assert f'<rect class="{kind}" x=' in page


async def test_dashboard_counts_by_category_and_language(system: System, browser: Browser) -> None:
    await system.end(1, "auto_sent", category="billing", language="de-AT")
    await system.end(2, "human", category="billing", language="en")
    await system.end(3, "review", category="shipping", language="en")
    rows = dict(_ENDINGS.findall(await browser.get("/dashboard")))
    assert {name: _NUMBER.findall(cells) for name, cells in rows.items()} == {
        "Billing": ["1", "0", "1"],
        "Shipping": ["0", "1", "0"],
        "German": ["1", "0", "0"],
        "English": ["0", "1", "1"],
    }
    assert all("No question is seven days old yet" in cells for cells in rows.values())


async def test_dashboard_says_what_lasted_of_a_language(
    system: System, browser: Browser, database_url: str
) -> None:
    await system.end(1, "auto_sent", category="billing", language="de")
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        for column in ("registered_at", "finished_at"):
            await connection.execute(
                f"update ledger_turns set {column} = {column} - interval '9 days'"
            )
    rows = dict(_ENDINGS.findall(await browser.get("/dashboard?days=30")))
    assert words.unbroken("21–100 %") in rows["German"]
    assert words.unbroken("21–100 %") in rows["Billing"]


async def test_dashboard_counts_one_language(system: System, browser: Browser) -> None:
    await system.end(1, "auto_sent")
    german = await browser.get("/dashboard?language=de")
    assert "Answered by the machine: 0" in german
    assert "in German only" in german
    assert '<option value="de" selected>German</option>' in german
    assert "Answered by the machine: 1" in await browser.get("/dashboard?language=en")
    assert "Answered by the machine: 1" in await browser.get("/dashboard?language=")


async def test_small_numbers_are_shown_as_a_range(system: System, browser: Browser) -> None:
    await system.end(1, "auto_sent")
    page = await browser.get("/dashboard")
    assert "21–100 %" in page
    assert "100 % (" not in page


async def test_dashboard_names_replies_nobody_knows_of(system: System, browser: Browser) -> None:
    await system.end(1, "auto_sent")
    assert "Look at these in the helpdesk" not in await browser.get("/dashboard")
    await call(system.ledger, "claims", {"action": "reply", "key": "k"}, status=201)
    page = await browser.get("/dashboard")
    assert "replies of which nobody knows" in page


async def test_ticket_is_told_in_order_and_in_words(system: System, browser: Browser) -> None:
    review_id = await system.review(1)
    body = {"decision": "edit", "reply": "Hello", "agent_id": "jonas"}
    await system.ledger.post(f"/reviews/{review_id}/decision", json=body)
    await call(system.ledger, "outcomes", {"kind": "csat", "score": 1, "key": "c"}, status=201)
    await register(system.ledger, a_reply())

    page = await browser.get("/tickets/django-helpdesk%3A1")

    story = ["kim@example.org wrote<", "The machine decided to ask a person"]
    story += ["A draft was put before a person", "jonas edited the draft and sent it"]
    story += ["The customer rated it 100 %", "wrote again (message 2)"]
    places = [page.find(told) for told in story]
    assert -1 not in places
    assert places == sorted(places)
    assert "The machine was 70 % sure; it needs 85 % here." in page


async def test_tickets_are_found_by_number(system: System, browser: Browser) -> None:
    await system.end(7, "human")
    assert "The hub does not connect" in await browser.get("/tickets")
    for find in ("7", "#7", "django-helpdesk:7"):
        page = await browser.get("/tickets", params={"find": find})
        assert "The machine decided" in page
    page = await browser.get("/tickets", status=404, params={"find": "8"})
    assert "There is no ticket “8”." in page


async def test_corrections_are_searched_and_filtered(system: System, browser: Browser) -> None:
    await correction(system)
    other = {"ticket_text": "The hub blinks red", "category": "technical", "agent_id": "ben"}
    hub_id = await correction(system, **other, human_resolution="Hold the button for ten seconds.")
    page = await browser.get("/corrections")
    assert "2 corrections" in page
    page = await browser.get("/corrections?search=blinks")
    assert f"/corrections/{hub_id}" in page
    assert "1 correction" in page
    assert "1 correction<" in await browser.get("/corrections?category=shipping")
    assert "Nothing found" in await browser.get("/corrections?show=inactive")


async def test_only_the_list_is_answered_where_only_that_is_asked_for(browser: Browser) -> None:
    page = await browser.get("/corrections", headers={"HX-Request": "true"})
    assert "<html" not in page


async def test_correction_is_edited_deactivated_and_restored(
    system: System, browser: Browser
) -> None:
    path = f"/corrections/{await correction(system)}"
    await browser.get(path)
    fields = {"action": "save", "human_resolution": "Within 60 days, with the label."}
    await browser.post(path, fields | {"category": "shipping"})
    await browser.get(path)
    await browser.post(path, {"action": "deactivate"})
    stored = (await system.store.get(path)).json()
    assert stored["human_resolution"] == "Within 60 days, with the label."
    assert stored["active"] is False
    page = await browser.get(path)
    assert "Not in use" in page
    assert "Changed</strong> by maya" in page
    await browser.post(path, {"action": "restore"})
    assert (await system.store.get(path)).json()["active"] is True


@pytest.mark.parametrize("fields", [{"action": "save", "human_resolution": " "}, {}])
async def test_correction_is_not_emptied(
    system: System, browser: Browser, fields: dict[str, str]
) -> None:
    path = f"/corrections/{await correction(system)}"
    await browser.get(path)
    await browser.post(path, fields, status=422)
    assert "30 days" in (await system.store.get(path)).json()["human_resolution"]


async def test_what_somebody_else_wrote_meanwhile_is_shown_before_it_is_replaced(
    system: System, browser: Browser
) -> None:
    path = f"/corrections/{await correction(system)}"
    page = await browser.get(path)
    mine = fields_of(page) | {"action": "save", "human_resolution": "Within 60 days, Maya says."}
    await system.store.patch(path, json={"human_resolution": "Within 45 days, Noor says."})
    await browser.post(path, mine, status=409)
    assert "Saving again replaces theirs" in browser.page
    assert "As it is saved now" in browser.page
    assert "Within 60 days, Maya says.</textarea>" in browser.page
    assert "Noor" in (await system.store.get(path)).json()["human_resolution"]
    again = fields_of(browser.page) | {
        "action": "save",
        "human_resolution": mine["human_resolution"],
    }
    await browser.post(path, again)
    assert "Maya" in (await system.store.get(path)).json()["human_resolution"]


async def test_refused_correction_is_not_typed_again(system: System, browser: Browser) -> None:
    path = f"/corrections/{await correction(system)}"
    await browser.get(path)
    refusal = {"code": "conflict", "detail": "Somebody erased it."}
    fields = {"human_resolution": "A long answer, typed with care.", "category": "shipping"}
    there = system.ways["store_correction"]
    handle = there.handle_async_request

    async def refuse_patches(request: httpx.Request) -> httpx.Response:
        refused = httpx.Response(409, json=refusal)
        return refused if request.method == "PATCH" else await handle(request)

    there.handle_async_request = refuse_patches  # type: ignore[method-assign]
    await browser.post(path, {"action": "save"} | fields, status=409)
    assert "Somebody erased it." in browser.page
    assert "A long answer, typed with care.</textarea>" in browser.page
    assert '<option value="shipping" selected>' in browser.page


async def test_contradiction_is_decided(system: System, browser: Browser) -> None:
    path = f"/corrections/{await correction(system)}"
    newer = await correction(
        system,
        ticket_id="django-helpdesk:2",
        agent_id="ben",
        human_resolution="You can return it within 14 days. Print the label in the app.",
    )
    assert (await system.store.get(path)).json()["contradicted_by"] == newer
    page = await browser.get("/corrections?show=needs_review")
    assert path in page
    page = await browser.get(path)
    assert "answers the same question differently" in page
    assert "within 14 days" in page
    await browser.post(path, {"action": "keep_this"})
    assert (await system.store.get(path)).json()["contradicted_by"] is None


async def test_threshold_is_changed_in_percent(system: System, browser: Browser) -> None:
    before = await policy(system)
    page = await browser.get("/thresholds/billing")
    assert 'name="send_threshold"' in page
    fields = form_of(before) | {"send_threshold": "92.5"}
    await browser.post("/thresholds/billing", fields)
    after = await policy(system)
    assert after["send_threshold"] == 0.925
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"send_threshold", "updated_by", "updated_at"}
    assert after["updated_by"] == "maya"


async def test_what_somebody_else_changed_is_not_taken_back(
    system: System, browser: Browser
) -> None:
    mine = fields_of(await browser.get("/thresholds/billing")) | {"send_threshold": "92.5"}
    body = {k: v for k, v in (await policy(system)).items() if k not in ("category", "updated_at")}
    theirs = body | {"always_human": True, "updated_by": "noor"}
    await system.rules.put("/policies/billing", json=theirs)
    before = await policy(system)
    await browser.post("/thresholds/billing", mine, status=422)
    assert await policy(system) == before
    assert "noor changed it while you had it open" in browser.page
    assert "“Always a person”: you had off, now it is on." in browser.page
    assert "“Send from”: you had 92.5 %, now it is 90 %." in browser.page
    again = fields_of(browser.page) | {"send_threshold": "92.5"}
    await browser.post("/thresholds/billing", again)
    after = await policy(system)
    assert (after["send_threshold"], after["always_human"]) == (0.925, True)


async def test_what_somebody_changes_in_the_same_moment_is_not_taken_back(
    system: System, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = fields_of(await browser.get("/thresholds/billing")) | {"send_threshold": "92.5"}
    save = RulesApi.put_policy

    async def after_theirs(api: RulesApi, category: str, wanted: PutPolicyRequest) -> Any:
        theirs = {"always_human": True, "updated_by": "noor"}
        await system.rules.put(f"/policies/{category}", json=theirs)
        return await save(api, category, wanted)

    monkeypatch.setattr(RulesApi, "put_policy", after_theirs)
    await browser.post("/thresholds/billing", mine, status=422)
    assert "noor changed it while you had it open" in browser.page
    assert "“Always a person”: you had off, now it is on." in browser.page
    assert (await policy(system))["always_human"] is True


async def test_saving_what_is_shown_changes_nothing(system: System, browser: Browser) -> None:
    body = {k: v for k, v in (await policy(system)).items() if k not in ("category", "updated_at")}
    odd = {"send_threshold": 0.8123, "repeat_ask_limit": None, "answer_replies": True}
    await system.rules.put("/policies/billing", json=body | odd)
    before = await policy(system)
    page = await browser.get("/thresholds/billing")
    await browser.post("/thresholds/billing", fields_of(page))
    after = await policy(system)
    ignored = {"updated_by": None, "updated_at": None}
    assert after | ignored == before | ignored


def fields_of(page: str) -> dict[str, str]:
    """What a browser sends for the form as it stands."""
    from bs4 import BeautifulSoup

    form = BeautifulSoup(page, "html.parser").select_one("form:has(input[name=seen])")
    assert form is not None
    fields = {}
    for field in form.select("input[name]"):
        if field["name"] != "csrf" and (field["type"] != "checkbox" or field.has_attr("checked")):
            fields[str(field["name"])] = str(field.get("value", ""))
    for field in form.select("select[name]"):
        chosen = field.select_one("option[selected]") or field.select_one("option")
        assert chosen is not None
        fields[str(field["name"])] = str(chosen["value"])
    return fields


def form_of(policy: dict[str, Any]) -> dict[str, str]:
    shares = ("send_threshold", "review_threshold", "cold_start_threshold", "min_confidence")
    fields = {name: str(policy[name] * 100) for name in shares}
    return fields | {"has_switches": "1"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"send_threshold": "60"}, "must not be above"),
        ({"send_threshold": "many"}, "needs a number"),
        ({"send_threshold": "nan"}, "Send from"),
        ({"send_threshold": "inf"}, "Send from"),
        ({"send_threshold": "101"}, "Send from"),
        ({"max_turns": "0"}, "Messages of a conversation"),
        ({"max_turns": "9" * 400}, "Messages of a conversation"),
        ({"mode": "yolo"}, "mode"),
    ],
)
async def test_wrong_policy_changes_nothing_and_says_why(
    system: System, browser: Browser, change: dict[str, str], said: str
) -> None:
    before = await policy(system)
    await browser.get("/thresholds/billing")
    await browser.post("/thresholds/billing", form_of(before) | change, status=422)
    assert "Nothing was changed." in browser.page
    assert said in browser.page
    assert await policy(system) == before


async def test_preset_gives_every_category_its_values(system: System, browser: Browser) -> None:
    await browser.get("/thresholds")
    await browser.post("/thresholds", {"preset": "strict"})
    assert (await policy(system))["always_human"] is True
    page = await browser.get("/thresholds")
    assert "Always goes to a person." in page
    await browser.post("/thresholds", {"preset": "none-such"}, status=404)


async def test_preview_says_what_another_threshold_would_have_sent(
    system: System, browser: Browser
) -> None:
    review_id = await system.review(1)
    await system.ledger.post(
        f"/reviews/{review_id}/decision", json={"decision": "reject", "agent_id": "jonas"}
    )
    page = await browser.get("/thresholds/technical/preview?send_threshold=70")
    assert "1 of 1 draft of the last seven days would have been sent" in page
    assert "Of the 1 that people judged, 21–100 % was wrong." in page
    page = await browser.get("/thresholds/technical/preview?send_threshold=71")
    assert "0 of 1 draft" in page
    assert 'class="now"' in await browser.get("/thresholds/technical")


async def test_threshold_page_needs_no_ledger(system: System, browser: Browser) -> None:
    system.ways["ledger"].away = True
    assert "the ledger does not answer" in await browser.get("/thresholds/billing")


async def test_unknown_category_is_no_new_one(system: System, browser: Browser) -> None:
    await browser.get("/thresholds/none-such", status=404)
    await browser.get("/thresholds")
    await browser.post("/thresholds/none-such", {"send_threshold": "80"}, status=404)
    assert len((await system.rules.get("/policies")).json()["policies"]) == 5


async def sampled(system: System) -> tuple[str, dict[str, Any]]:
    await system.end(1, "auto_sent")
    turn = (await system.ledger.get("/tickets/django-helpdesk:1")).json()["turns"][0]
    day = turn["finished_at"][:10]
    return day, {"day": day, "ticket_id": "django-helpdesk:1", "turn": "1"}


async def test_answer_of_the_sample_is_judged_once_and_counted(
    system: System, browser: Browser
) -> None:
    day, fields = await sampled(system)
    page = await browser.get(f"/quality?day={day}")
    assert FROM_MACHINE in page
    assert "1 of 1" in page
    await browser.post("/quality", fields | {"label": "wrong", "note": "Too short."})
    outcomes = (await system.ledger.get("/tickets/django-helpdesk:1")).json()["outcomes"]
    detail = {"sample": day, "agent_id": "maya", "turn": 1, "note": "Too short."}
    assert [(each["kind"], each["label"], each["detail"]) for each in outcomes] == [
        ("label", "wrong", detail)
    ]
    page = await browser.get(f"/quality?day={day}")
    assert "All 1 checked." in page
    await browser.post("/quality", fields | {"label": "right"}, csrf=csrf_of(page))
    assert len((await system.ledger.get("/tickets/django-helpdesk:1")).json()["outcomes"]) == 1


def csrf_of(page: str) -> str:
    return page.split('name="csrf" value="')[1].split('"')[0]


async def test_quality_check_is_blind(system: System, browser: Browser) -> None:
    day, _ = await sampled(system)
    page = await browser.get(f"/quality?day={day}")
    assert "sure" not in page.replace("how sure it was is not shown", "")
    assert "70 %" not in page
    assert "/tickets/django" not in page


@pytest.mark.parametrize(
    "wrong",
    [{"label": "great"}, {"ticket_id": "django-helpdesk:2"}, {"turn": "2"}, {"day": "yesterday"}],
)
async def test_only_the_sample_is_judged(
    system: System, browser: Browser, wrong: dict[str, str]
) -> None:
    day, fields = await sampled(system)
    await browser.get(f"/quality?day={day}")
    await browser.post("/quality", fields | {"label": "right"} | wrong, status=422)
    assert (await system.ledger.get("/tickets/django-helpdesk:1")).json()["outcomes"] == []


GETS = ["/reviews", "/reviews/rows", "/reviews/count", "/dashboard", "/tickets", "/quality"]
GETS += ["/tickets/django-helpdesk%3A1", "/corrections", "/thresholds", "/reviews/1"]
GETS += ["/thresholds/billing/preview?send_threshold=80", "/corrections/4711"]


@pytest.mark.parametrize("path", GETS)
async def test_what_is_away_is_said_on_a_page(system: System, browser: Browser, path: str) -> None:
    for way in system.ways.values():
        way.away = True
    answer = await browser.http.get(path)
    assert answer.status_code == 503
    assert "does not answer" in answer.text
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize(
    ("status", "content", "shown"),
    [(500, b"", 502), (401, b"", 502), (503, b"", 503), (200, b"no json", 502), (200, b"{}", 502)],
)
async def test_odd_answers_are_no_crash(
    system: System, browser: Browser, status: int, content: bytes, shown: int
) -> None:
    system.ways["ledger"].answer = httpx.Response(status, content=content)
    await browser.get("/reviews", status=shown)


async def test_pages_survive_a_newer_ledger(system: System, browser: Browser) -> None:
    review_id = await system.review()
    review = (await system.ledger.get(f"/reviews/{review_id}")).json()
    newer = {"reviews": [review | {"new_field": 1}], "total": 1, "another": True}
    system.ways["ledger"].answer = httpx.Response(200, json=newer)
    assert "The hub does not connect" in await browser.get("/reviews")
