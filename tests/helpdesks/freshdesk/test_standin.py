"""The stand-in passes what python-freshdesk, a client that others wrote, asks of Freshdesk."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from freshdesk.api import API
from freshdesk.v2.errors import (
    FreshdeskBadRequest,
    FreshdeskError,
    FreshdeskNotFound,
    FreshdeskRateLimited,
    FreshdeskServerError,
    FreshdeskUnauthorized,
)

from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.freshdesk.standin.freshdesk import Freshdesk
from tests.helpdesks.freshdesk.standin.solutions import translate
from tests.helpdesks.freshdesk.standin.state import API_KEY, BOT_EMAIL, HOST, OPEN, RESOLVED


def client_with(key: str, proxy: Proxy, authority: Authority) -> Any:
    client = API(HOST, key, verify=str(authority.ca_file), proxies={"https": proxy.url})
    client._session.trust_env = False
    return client


@pytest.fixture
def client(freshdesk: Freshdesk, proxy: Proxy, authority: Authority) -> Iterator[Any]:
    client = client_with(API_KEY, proxy, authority)
    with client._session:
        yield client


def ask(client: Any, subject: str = "Refund") -> Any:
    said = "<p>How long does it take? ä 🪴</p>"
    return client.tickets.create_ticket(subject, email="ana@example.com", description=said)


def test_a_ticket_is_created_answered_and_resolved(client: Any, freshdesk: Freshdesk) -> None:
    id_ = ask(client).id
    ticket = client.tickets.get_ticket(id_, "requester")
    assert (ticket.status, ticket.priority, ticket.source) == ("open", "low", "portal")
    assert ticket.description_text.strip() == "How long does it take? ä 🪴"
    assert ticket.requester["email"] == "ana@example.com"
    reply = client.comments.create_reply(id_, "<p>Five days.</p>")
    assert (reply.private, reply.incoming, reply.source) == (False, False, "reply")
    me = client.agents.currently_authenticated_agent()
    assert me.contact["email"] == BOT_EMAIL
    ticket = client.tickets.update_ticket(
        id_, status=RESOLVED, priority=3, responder_id=me.id, tags=["deskloop"]
    )
    assert (ticket.status, ticket.priority, ticket.tags) == ("resolved", "high", ["deskloop"])
    assert client.tickets.get_ticket(id_, "stats").stats["resolved_at"]
    assert freshdesk.public(id_) == ["Five days."]


def test_notes_are_private_and_the_customer_s_answer_is_incoming(
    client: Any, freshdesk: Freshdesk
) -> None:
    id_ = freshdesk.customer_asks("Hello?")
    client.comments.create_note(id_, "Only for us")
    client.tickets.update_ticket(id_, status=RESOLVED)
    freshdesk.customer_replies(id_, "Still there?")
    said = client.comments.list_comments(id_)
    assert [(c.private, c.incoming, str(c).strip()) for c in said] == [
        (True, False, "Only for us"),
        (False, True, "Still there?"),
    ]
    assert said[0].source == "note"
    assert client.tickets.get_ticket(id_).status == "open"


def test_lists_come_in_pages(client: Any, freshdesk: Freshdesk) -> None:
    id_ = freshdesk.customer_asks("Number 0")
    for number in range(1, 104):
        freshdesk.customer_replies(id_, f"Number {number}")
    said = client.comments.list_comments(id_)
    assert [str(c).strip() for c in said] == [f"Number {n}" for n in range(1, 104)]
    assert len(client.comments.list_comments(id_, page=2, per_page=50)) == 50
    assert [g.name for g in client.groups.list_groups()] == ["Support", "Billing"]
    names = [agent.contact["name"] for agent in client.agents.list_agents()]
    assert names == ["Deskloop", "Maya Lind"]
    assert "ana@example.com" in [c.email for c in client.contacts.list_contacts()]


def test_a_list_of_tickets_is_of_what_changed_without_the_texts(
    client: Any, freshdesk: Freshdesk
) -> None:
    freshdesk.leave_only()
    id_ = freshdesk.customer_asks("Hello?")
    listed = client.tickets.list_tickets(filter_name=None, updated_since="2026-01-01T00:00:00Z")
    found = next(ticket for ticket in listed if ticket.id == id_)
    assert not hasattr(found, "description_text")
    assert [t.id for t in client.tickets.filter_tickets("status:2")] == [id_]
    assert client.tickets.list_tickets(filter_name=None, updated_since="2099-01-01T00:00:00Z") == []


def test_what_is_wrong_is_said_with_the_field(client: Any, freshdesk: Freshdesk) -> None:
    id_ = freshdesk.customer_asks("Hello?")
    for wrong in ({"status": 99}, {"group_id": 1}, {"responder_id": 1}, {"safe_update": True}):
        with pytest.raises(FreshdeskBadRequest, match=next(iter(wrong))):
            client.tickets.update_ticket(id_, **wrong)
    with pytest.raises(FreshdeskBadRequest, match="body"):
        client.comments.create_reply(id_, " ")
    with pytest.raises(FreshdeskNotFound):
        client.tickets.get_ticket(987654)
    freshdesk.account.required_to_resolve.append("type")
    try:
        with pytest.raises(FreshdeskBadRequest, match="type"):
            client.tickets.update_ticket(id_, status=RESOLVED)
    finally:
        freshdesk.account.required_to_resolve.clear()
    with pytest.raises(FreshdeskError, match="409"):
        client.contacts.create_contact(name="Ana", email="ana@example.com")


def test_a_deleted_ticket_can_be_read_and_nothing_else(client: Any, freshdesk: Freshdesk) -> None:
    id_ = freshdesk.customer_asks("Hello?")
    client.tickets.delete_ticket(id_)
    assert client.tickets.get_ticket(id_).deleted
    with pytest.raises(FreshdeskError, match="405"):
        client.comments.create_reply(id_, "Hello.")


@pytest.mark.parametrize("key", ["", "wrong", f"{API_KEY} "])
def test_nobody_comes_in_without_the_key(
    freshdesk: Freshdesk, proxy: Proxy, authority: Authority, key: str
) -> None:
    client = client_with(key, proxy, authority)
    with client._session, pytest.raises(FreshdeskUnauthorized, match="logged in"):
        client.agents.currently_authenticated_agent()


def test_the_rate_limit_is_told(client: Any, freshdesk: Freshdesk) -> None:
    freshdesk.account.pressure.fail("GET", "/agents/me", 429)
    with pytest.raises(FreshdeskRateLimited, match="until 1 seconds"):
        client.agents.currently_authenticated_agent()
    freshdesk.account.pressure.limit = len(freshdesk.account.pressure.calls)
    with pytest.raises(FreshdeskRateLimited):
        client.agents.currently_authenticated_agent()
    freshdesk.account.pressure.reset()
    freshdesk.account.pressure.fail("GET", "/agents/me", 503)
    with pytest.raises(FreshdeskServerError):
        client.agents.currently_authenticated_agent()


def test_articles_lie_in_folders_of_categories(client: Any, freshdesk: Freshdesk) -> None:
    category = client.solutions.categories.create_category(name="Billing")
    folder = client.solutions.folders.create_folder(category.id, name="Refunds", visibility=1)
    made = client.solutions.articles.create_article(
        folder.id, title="How long?", description="<p>Five days.</p>", type=1, status=2
    )
    translate(freshdesk.account, made.id, "de", "Wie lange?", "<p>Fünf Tage.</p>")
    assert category.id in [c.id for c in client.solutions.categories.list_categories()]
    assert [f.name for f in client.solutions.folders.list_from_category(category.id)] == ["Refunds"]
    [shown] = client.solutions.articles.list_from_folder(folder.id)
    assert (shown.title, shown.status, shown.description_text) == (
        "How long?",
        "published",
        "Five days.",
    )
    [spoken] = client.solutions.articles.list_from_folder_translated(folder.id, "de")
    assert (spoken.id, spoken.title) == (made.id, "Wie lange?")
    client.solutions.articles.delete_article(made.id)
    assert client.solutions.articles.list_from_folder(folder.id) == []
    assert client.solutions.articles.list_from_folder_translated(folder.id, "de") == []


# what python-freshdesk has no word for


@pytest.fixture
def http(freshdesk: Freshdesk, proxy: Proxy, authority: Authority) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"https://{HOST}/api/v2",
        proxy=proxy.url,
        verify=authority.client_context(),
        auth=(API_KEY, "X"),
        trust_env=False,
    ) as client:
        yield client


def test_the_link_header_leads_from_page_to_page(http: httpx.Client, freshdesk: Freshdesk) -> None:
    id_ = freshdesk.customer_asks("Number 0")
    for number in range(1, 6):
        freshdesk.customer_replies(id_, f"Number {number}")
    address, seen = f"/tickets/{id_}/conversations?per_page=2", []
    while address:
        answer = http.get(address)
        seen += [row["body_text"].strip() for row in answer.json()]
        address = answer.links.get("next", {}).get("url", "")
    assert seen == [f"Number {n}" for n in range(1, 6)]
    assert http.get(f"/tickets/{id_}/conversations?per_page=101").status_code == 400


def test_merged_tickets_are_closed(http: httpx.Client, freshdesk: Freshdesk) -> None:
    one, two = (freshdesk.customer_asks("Hello?") for _ in range(2))
    body = {"primary_id": one, "ticket_ids": [two]}
    assert http.put("/tickets/merge", json=body).status_code == 204
    assert (freshdesk.ticket(one)["status"], freshdesk.ticket(two)["status"]) == (OPEN, 5)
    assert f"merged into ticket {one}" in freshdesk.notes(two)[0]


def test_ratings_belong_to_their_ticket(http: httpx.Client, freshdesk: Freshdesk) -> None:
    id_ = freshdesk.customer_asks("Hello?")
    freshdesk.customer_rates(id_, -103, "Too short")
    freshdesk.customer_rates(id_, 103)
    rated = http.get(f"/tickets/{id_}/satisfaction_ratings").json()
    assert [r["ratings"]["default_question"] for r in rated] == [103, -103]
    assert rated[1]["feedback"] == "Too short"


def test_rules_are_for_administrators(http: httpx.Client, freshdesk: Freshdesk) -> None:
    action = {
        "field_name": "trigger_webhook",
        "request_type": "POST",
        "content_type": "JSON",
        "content_layout": "2",
        "url": "http://127.0.0.1:9/webhook",
        "content": {"ticket_id": "{{ticket.id}}"},
        "custom_headers": {"x-secret": "of-the-tests"},
    }
    rule = {"name": "Another", "active": False, "actions": [action]}
    assert http.post("/automations/4/rules", json=rule).status_code == 400
    made = http.post("/automations/1/rules", json=rule)
    assert made.status_code == 201
    assert made.json()["id"] in [r["id"] for r in http.get("/automations/1/rules").json()]
    freshdesk.account.rules[1] = [r for r in freshdesk.account.rules[1] if r["name"] != "Another"]
    freshdesk.account.admins.clear()
    assert http.get("/automations/1/rules").status_code == 403
    freshdesk.account.admins.add(freshdesk.bot["id"])


def test_faults_come_as_ordered(http: httpx.Client, freshdesk: Freshdesk) -> None:
    id_ = freshdesk.customer_asks("Hello?")
    pressure = freshdesk.account.pressure
    pressure.fail("POST", f"/tickets/{id_}/notes", 503, after=True)
    assert http.post(f"/tickets/{id_}/notes", json={"body": "Note"}).status_code == 503
    assert freshdesk.notes(id_) == ["Note"], "it was carried out although the answer went wrong"
    pressure.fail("GET", "/tickets", 500, times=2)
    assert [http.get(f"/tickets/{id_}").status_code for _ in range(3)] == [500, 500, 200]
