"""Reviews are listed and shown, and decided once, by a form of ours, in a person's name."""

import re
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.console.conftest import Browser, System, open_browser
from tests.ledger.conftest import a_reply, register, until


async def state_of(system: System, review_id: int) -> dict[str, Any]:
    answer = await system.ledger.get(f"/reviews/{review_id}")
    found: dict[str, Any] = answer.json()
    return found


async def test_list_shows_the_most_urgent_first(system: System, browser: Browser) -> None:
    await system.review(1, ticket={"subject": "Slow sensor"}, urgency="low")
    await system.review(2, ticket={"subject": "Hub on fire"}, urgency="critical")

    page = await browser.get("/reviews")

    assert page.index("Hub on fire") < page.index("Slow sensor")
    assert "2 reviews" in page


async def test_list_is_filtered_by_category_and_state(system: System, browser: Browser) -> None:
    await system.review(1, ticket={"subject": "About a parcel"}, category="shipping")
    await system.review(2, ticket={"subject": "About a hub"}, category="technical")

    page = await browser.get("/reviews?category=shipping")
    assert "About a parcel" in page
    assert "About a hub" not in page
    assert "About a" not in await browser.get("/reviews?state=decided")


async def test_list_is_filtered_by_language(system: System, browser: Browser) -> None:
    await system.review(1, ticket={"subject": "Wo ist mein Paket"}, language="de-AT")
    await system.review(2, ticket={"subject": "Where is my parcel"}, language="en")

    page = await browser.get("/reviews?language=de")
    assert "Wo ist mein Paket" in page
    assert "Where is my parcel" not in page
    assert '<option value="de" selected>German</option>' in page
    assert "Wo ist mein Paket" not in await browser.get("/reviews/rows?language=ja")


async def test_the_way_back_from_a_review_leads_to_the_same_filters(browser: Browser) -> None:
    for asked, address in (
        ("state=open&category=billing&language=de&page=1", "/reviews?category=billing&language=de"),
        ("state=decided&category=a%26b&page=1", "/reviews?state=decided&category=a%26b"),
        ("state=open&category=&language=", "/reviews"),
    ):
        answer = await browser.http.get(f"/reviews/rows?{asked}")
        assert answer.headers["HX-Replace-Url"] == address


async def test_past_the_last_page_the_last_one_is_shown(system: System, browser: Browser) -> None:
    for number in range(1, 27):
        last = await system.review(number, ticket={"subject": f"About hub {number:02}"})
    second = await browser.http.get("/reviews/rows?page=2")
    assert second.headers["HX-Replace-Url"] == "/reviews?page=2"
    assert second.text.count("About hub") == 1

    # what stood there is decided while the page refreshes itself
    await browser.get(f"/reviews/{last}")
    await browser.post(f"/reviews/{last}/decision", {"decision": "reject", "reply": ""})
    left = await browser.http.get("/reviews/rows?page=2")
    assert left.headers["HX-Replace-Url"] == "/reviews"
    assert "25 reviews" in left.text
    assert left.text.count("About hub") == 25
    assert "Nothing waits" not in left.text
    assert (await browser.get("/tickets?page=9")).count("About hub") == 26


@pytest.mark.parametrize(
    ("metadata", "shown"),
    [
        ({"copies": ["<i>Bo</i>", "eva@example.org"]}, "&lt;i&gt;Bo&lt;/i&gt;, eva@example.org"),
        ({}, ""),
    ]
    + [({"copies": odd}, "") for odd in (None, "bo@example.org", 7, {"a": 1}, [])],
)
async def test_people_in_copy_are_named(
    system: System, browser: Browser, metadata: dict[str, Any], shown: str
) -> None:
    review = await system.review(1, ticket={"metadata": metadata})
    page = await browser.get(f"/reviews/{review}")
    assert f"The customer put {shown} in copy" in page if shown else "in copy" not in page


async def test_page_shows_what_the_decision_needs(system: System, browser: Browser) -> None:
    thread = [
        {"author": "customer", "body": "It broke last week.", "at": "2026-11-20T10:00:00Z"},
        {"author": "agent", "body": "Did you restart it?", "at": "2026-11-20T11:00:00Z"},
    ]
    article = {"title": "Hub", "text": "# Offline\n\nRestart the hub when it blinks red."}
    stored = await system.retrieve.put("/documents/hub", json=article)
    assert stored.status_code == 200, stored.text
    review_id = await system.review(ticket={"thread": thread})

    page = await browser.get(f"/reviews/{review_id}")

    for shown in ("It broke last week.", "Did you restart it?", "My hub blinks red"):
        assert shown in page
    assert "<mark>Restart the hub</mark> when it blinks red." in page
    assert "The machine was 70 % sure; it needs 85 % here." in page
    assert "Few corrections in this category yet" in page
    assert re.search(r"<textarea[^>]*>\s*Restart the hub\.</textarea>", page)


async def test_quotes_are_shown_where_the_sources_cannot_be_read(
    system: System, browser: Browser
) -> None:
    review_id = await system.review()
    assert "<mark>Restart the hub</mark></p>" in await browser.get(f"/reviews/{review_id}")
    system.ways["retrieve"].away = True
    assert "<mark>Restart the hub</mark></p>" in await browser.get(f"/reviews/{review_id}")


async def test_unchanged_reply_is_an_approval(system: System, browser: Browser) -> None:
    review_id = await system.review(reply="Restart the hub.\n\nThen wait.")
    await browser.get(f"/reviews/{review_id}")
    fields = {"decision": "send", "reply": "Restart the hub.\r\n\r\nThen wait."}
    answer = await browser.post(f"/reviews/{review_id}/decision", fields)

    assert answer.headers["location"] == "/reviews?said=approve"
    review = await state_of(system, review_id)
    assert (review["state"], review["decision"]) == ("decided", "approve")
    assert (review["agent_id"], review["reply"]) == ("maya", "Restart the hub.\n\nThen wait.")


async def test_changed_reply_is_sent_as_edited(system: System, browser: Browser) -> None:
    review_id = await system.review()
    await browser.get(f"/reviews/{review_id}")
    fields = {"decision": "send", "reply": "Please restart the hub.\r\nKind regards"}
    await browser.post(f"/reviews/{review_id}/decision", fields)

    review = await state_of(system, review_id)
    assert (review["decision"], review["reply"]) == (
        "edit",
        "Please restart the hub.\nKind regards",
    )
    sent = await until(lambda: system.n8n.decisions)
    assert sent[0]["agent_id"] == "maya"


@pytest.mark.parametrize("choice", ["reject", "take_over"])
async def test_nothing_is_sent_without_send(system: System, browser: Browser, choice: str) -> None:
    review_id = await system.review()
    await browser.get(f"/reviews/{review_id}")
    fields = {"decision": choice, "reply": "Half an answer that was being written"}
    await browser.post(f"/reviews/{review_id}/decision", fields)

    review = await state_of(system, review_id)
    assert (review["decision"], review["reply"]) == (choice, None)


async def test_after_a_decision_comes_the_next_review(system: System, browser: Browser) -> None:
    first = await system.review(1, urgency="high")
    second = await system.review(2, urgency="low")
    await browser.get(f"/reviews/{first}")
    answer = await browser.post(
        f"/reviews/{first}/decision", {"decision": "take_over", "reply": ""}
    )
    assert answer.headers["location"] == f"/reviews/{second}?said=take_over"
    assert "The ticket is yours" in await browser.get(answer.headers["location"])


async def test_skipping_decides_nothing_and_goes_round(system: System, browser: Browser) -> None:
    first = await system.review(1, urgency="high")
    second = await system.review(2, urgency="low")
    for here, there in ((first, second), (second, first)):
        answer = await browser.http.get(f"/reviews/next?after={here}")
        assert answer.headers["location"] == f"/reviews/{there}"
    assert (await state_of(system, first))["state"] == "open"


async def test_only_the_first_decision_counts(system: System, browser: Browser) -> None:
    review_id = await system.review()
    path = f"/reviews/{review_id}/decision"
    await browser.get(f"/reviews/{review_id}")
    async with AsyncExitStack() as stack:
        jonas = await open_browser(system.app, stack)
        await jonas.log_in("jonas")
        await jonas.get(f"/reviews/{review_id}")
        await jonas.post(path, {"decision": "reject", "reply": ""})

    late = {"decision": "send", "reply": "What Maya wrote meanwhile"}
    await browser.post(path, late, status=409)

    assert "somebody was faster" in browser.page
    assert "jonas rejected the draft" in browser.page
    assert "What Maya wrote meanwhile" in browser.page
    assert (await state_of(system, review_id))["decision"] == "reject"


async def test_customer_who_wrote_again_is_not_sent_an_old_answer(
    system: System, browser: Browser
) -> None:
    review_id = await system.review()
    await browser.get(f"/reviews/{review_id}")
    await register(system.ledger, a_reply())
    fields = {"decision": "send", "reply": "Restart the hub."}
    await browser.post(f"/reviews/{review_id}/decision", fields, status=409)
    assert "the customer wrote again" in browser.page


async def test_empty_reply_is_not_sent(system: System, browser: Browser) -> None:
    review_id = await system.review()
    await browser.get(f"/reviews/{review_id}")
    fields = {"decision": "send", "reply": " \r\n "}
    await browser.post(f"/reviews/{review_id}/decision", fields, status=422)
    assert "Write a reply first." in browser.page
    assert (await state_of(system, review_id))["state"] == "open"


async def test_what_cannot_be_stored_is_left_out(system: System, browser: Browser) -> None:
    review_id = await system.review()
    await browser.get(f"/reviews/{review_id}")
    fields = {"decision": "send", "reply": "Hel\x00lo"}
    await browser.post(f"/reviews/{review_id}/decision", fields)
    assert (await state_of(system, review_id))["reply"] == "Hello"


async def test_reading_never_decides(system: System, browser: Browser) -> None:
    review_id = await system.review()
    paths = [f"/reviews/{review_id}", "/reviews", "/reviews/next", "/reviews/rows"]
    for path in paths:
        await browser.http.get(f"{path}?decision=send&reply=x")
    await browser.get(f"/reviews/{review_id}/decision?decision=send", status=405)
    assert (await state_of(system, review_id))["state"] == "open"
    assert all(not each.startswith("POST") for each in system.ways["ledger"].asked)


@pytest.mark.parametrize("token", ["", "a-token-of-somebody-else"])
async def test_form_that_is_not_ours_decides_nothing(
    system: System, browser: Browser, token: str
) -> None:
    review_id = await system.review()
    fields = {"decision": "send", "reply": "Restart the hub."}
    await browser.post(f"/reviews/{review_id}/decision", fields, status=403, csrf=token)
    assert (await state_of(system, review_id))["state"] == "open"


async def test_unknown_review_is_a_page(browser: Browser) -> None:
    assert "There is nothing here" in await browser.get("/reviews/4711", status=404)
    assert "There is nothing here" in await browser.get("/reviews/abc", status=404)


async def test_review_without_a_draft_can_be_answered(system: System, browser: Browser) -> None:
    review_id = await system.review(event={"draft": None, "check": None})
    page = await browser.get(f"/reviews/{review_id}")
    assert "The machine has no draft." in page
    await browser.post(f"/reviews/{review_id}/decision", {"decision": "send", "reply": "Hello"})
    assert (await state_of(system, review_id))["decision"] == "edit"


async def test_menu_shows_how_many_wait(system: System, browser: Browser) -> None:
    assert await browser.get("/reviews/count") == ""
    await system.review()
    assert await browser.get("/reviews/count") == "1"
