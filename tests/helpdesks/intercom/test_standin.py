"""The stand-in is held to Intercom's own API description, call by call and answer by answer."""

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.intercom.standin.articles import add_article
from tests.helpdesks.intercom.standin.description import FILE, the_description
from tests.helpdesks.intercom.standin.intercom import Intercom
from tests.helpdesks.intercom.standin.state import ACCESS_TOKEN

SHA256 = "9392cc209ac7d2a592cce97b8697543e0c62479f09efff3b9aae8b359e935036"


@pytest.fixture
def http(intercom: Intercom, proxy: Proxy, authority: Authority) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url="https://api.intercom.io",
        proxy=proxy.url,
        verify=authority.client_context(),
        headers={"Authorization": f"Bearer {ACCESS_TOKEN}", "Intercom-Version": "2.14"},
        trust_env=False,
    ) as client:
        yield client


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_description_is_intercoms_unchanged() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == SHA256


def test_a_conversation_is_read_answered_and_closed(http: httpx.Client, intercom: Intercom) -> None:
    id_ = intercom.customer_asks("How long?\n\nAna <3", subject="Refund")
    found = ok(http.get(f"/conversations/{id_}"))
    assert found["source"]["body"] == "<p>How long?</p>\n<p>Ana &lt;3</p>"
    assert (found["state"], found["source"]["author"]["type"]) == ("open", "user")
    bot = intercom.bot["id"]
    said = {"message_type": "comment", "type": "admin", "admin_id": bot, "body": "<p>Five.</p>"}
    answer = ok(http.post(f"/conversations/{id_}/reply", json=said))
    [part] = answer["conversation_parts"]["conversation_parts"]
    close = {"message_type": "close", "type": "admin", "admin_id": bot}
    assert ok(http.post(f"/conversations/{id_}/parts", json=close))["state"] == "closed"
    plain = ok(http.get(f"/conversations/{id_}?display_as=plaintext"))
    assert plain["source"]["body"] == "How long?\n\nAna <3"
    parts = plain["conversation_parts"]["conversation_parts"]
    assert [(p["part_type"], p["body"]) for p in parts] == [("comment", "Five."), ("close", None)]
    assert (parts[0]["id"], plain["waiting_since"]) == (part["id"], None)
    intercom.customer_replies(id_, "Thanks.")
    found = ok(http.get(f"/conversations/{id_}"))
    assert (found["state"], found["conversation_parts"]["total_count"]) == ("open", 3)


def test_notes_tags_teams_and_ratings(http: httpx.Client, intercom: Intercom) -> None:
    id_, bot = intercom.customer_asks("Hello?"), intercom.bot["id"]
    note = {"message_type": "note", "type": "admin", "admin_id": bot, "body": "<p>Look</p>"}
    ok(http.post(f"/conversations/{id_}/reply", json=note))
    tag = ok(http.post("/tags", json={"name": "vip"}))
    assert ok(http.post("/tags", json={"name": "VIP"}))["id"] == tag["id"]
    for _ in range(2):
        ok(http.post(f"/conversations/{id_}/tags", json={"id": tag["id"], "admin_id": bot}))
    team = {"message_type": "assignment", "type": "team", "admin_id": bot}
    ok(http.post(f"/conversations/{id_}/parts", json=team | {"assignee_id": "7000001"}))
    intercom.customer_rates(id_, 5, "Nice")
    found = ok(http.get(f"/conversations/{id_}"))
    assert (intercom.notes(id_), intercom.tags(id_)) == (["Look"], ["vip"])
    assert (found["team_assignee_id"], found["conversation_rating"]["rating"]) == (7_000_001, 5)
    assert [t["name"] for t in ok(http.get("/tags"))["data"]].count("vip") == 1
    assert [t["name"] for t in ok(http.get("/teams"))["teams"]] == ["Support", "Billing"]
    assert "Deskloop" in [a["name"] for a in ok(http.get("/admins"))["admins"]]
    assert ok(http.get(f"/admins/{bot}"))["email"] == "deskloop@acme.example"
    assert ok(http.get("/me"))["app"]["id_code"]
    contact = found["contacts"]["contacts"][0]["id"]
    assert ok(http.get(f"/contacts/{contact}"))["email"] == "ana@example.com"


def test_searches_and_lists_come_in_pages(http: httpx.Client, intercom: Intercom) -> None:
    intercom.leave_only()
    ids = {intercom.customer_asks(f"Question {number}") for number in range(7)}
    query = {"field": "open", "operator": "=", "value": True}
    body: dict[str, Any] = {"query": query, "pagination": {"per_page": 3}}
    found: set[str] = set()
    while body["pagination"]:
        page = ok(http.post("/conversations/search", json=body))
        found |= {row["id"] for row in page["conversations"]}
        assert page["total_count"] == 7
        body["pagination"] = page["pages"].get("next")
    assert found == ids
    intercom.account.articles.clear()
    for number in range(7):
        add_article(intercom.account, f"Article {number}", "<p>Text</p>")
    pages = [ok(http.get(f"/articles?per_page=3&page={number}")) for number in (1, 2, 3)]
    assert [len(page["data"]) for page in pages] == [3, 3, 1]
    assert {page["pages"]["total_pages"] for page in pages} == {3}
    assert ok(http.get(f"/articles/{pages[0]['data'][0]['id']}"))["title"] == "Article 0"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reply", {"message_type": "comment", "type": "admin", "admin_id": 12, "body": "x"}),
        ("reply", {"message_type": "comment", "type": "admin", "body": "x"}),
        ("reply", {"message_type": "comment", "type": "admin", "admin_id": "1", "text": "x"}),
        ("parts", {"message_type": "solve", "type": "admin", "admin_id": "5000002"}),
        ("tags", {"id": "12"}),
    ],
)
def test_a_call_that_the_description_does_not_know_is_refused(
    http: httpx.Client, intercom: Intercom, path: str, body: Any
) -> None:
    id_ = intercom.customer_asks("Hello?")
    assert http.post(f"/conversations/{id_}/{path}", json=body).status_code == 400
    assert intercom.account.faults.pop().startswith(f"POST /conversations/{id_}/{path}")
    assert intercom.parts(id_) == []


def test_a_call_must_name_its_version(http: httpx.Client, intercom: Intercom) -> None:
    assert http.get("/me", headers={"Intercom-Version": "1.9"}).status_code == 400
    del http.headers["Intercom-Version"]
    assert http.get("/me").status_code == 400
    assert len(intercom.account.faults) == 2
    intercom.account.faults.clear()


def test_an_answer_that_is_not_intercoms_is_noticed(http: httpx.Client, intercom: Intercom) -> None:
    id_ = intercom.customer_asks("Hello?")
    intercom.conversation(id_)["state"] = "gone"
    http.get(f"/conversations/{id_}")
    assert "'gone' is not one of" in intercom.account.faults.pop()
    assert the_description().faults_of_answer("GET", "/me", 200, {"id": 7}) != ""


def test_who_has_no_token_learns_nothing(http: httpx.Client, intercom: Intercom) -> None:
    assert http.get("/me", headers={"Authorization": "Bearer wrong"}).status_code == 401
    del http.headers["Authorization"]
    assert http.get("/me").status_code == 401
    assert http.get("/conversations/404404").status_code == 401


def test_the_rate_limit_is_told(http: httpx.Client, intercom: Intercom) -> None:
    first = http.get("/me")
    assert first.headers["X-RateLimit-Limit"] == "1667"
    assert int(first.headers["X-RateLimit-Reset"]) > 0
    intercom.account.pressure.limit = 1
    second = http.get("/me")
    assert (second.status_code, second.headers["Retry-After"]) == (429, "1")
    assert second.json()["errors"][0]["code"] == "rate_limit_exceeded"


def test_faults_come_as_ordered(http: httpx.Client, intercom: Intercom) -> None:
    id_ = intercom.customer_asks("Hello?")
    intercom.account.pressure.fail("POST", "/reply", 503, after=True)
    bot = intercom.bot["id"]
    note = {"message_type": "note", "type": "admin", "admin_id": bot, "body": "<p>Look</p>"}
    assert http.post(f"/conversations/{id_}/reply", json=note).status_code == 503
    assert intercom.notes(id_) == ["Look"], "it was carried out although the answer went wrong"
    intercom.account.pressure.fail("GET", "/conversations", 500, times=2)
    statuses = [http.get(f"/conversations/{id_}").status_code for _ in range(3)]
    assert statuses == [500, 500, 200]
    assert http.get("/conversations/404404").status_code == 404
