"""The helpdesk, really running: forms, API, signed webhooks, and receivers that fail."""

import hashlib
import hmac
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest

from local.demo.customer import Customer, Filed, FormError
from local.postgres.embedded import EmbeddedPostgres, free_port
from local.settings import ROOT

SECRET = "webhook-secret-of-the-tests"
BOT = ("deskloop", "bot-password-long-enough-to-be-one")
ADMIN = ("admin", "Leaf-admin-1")
AGENT = ("maya", "Leaf-agent-1")


@dataclass(frozen=True)
class Received:
    """One webhook."""

    path: str
    body: dict[str, Any]


class Receiver:
    """Takes webhooks, checks their signature, and can be told to misbehave."""

    def __init__(self) -> None:
        self.received: queue.Queue[Received] = queue.Queue()
        self.delay = 0.0
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                signed = self.headers["X-Deskloop-Timestamp"].encode() + b"." + body
                expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
                assert hmac.compare_digest(self.headers["X-Deskloop-Signature"], expected)
                assert abs(time.time() - int(self.headers["X-Deskloop-Timestamp"])) < 60
                time.sleep(receiver.delay)
                receiver.received.put(Received(self.path, json.loads(body)))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait_for(self, event: str, ticket: int, seconds: float = 20) -> Received:
        """Return the webhook about `ticket`, passing over those of others."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.received.get(timeout=max(0.01, deadline - time.monotonic()))
            if found.body["event"] == event and found.body["ticket"]["id"] == ticket:
                return found

    def none_about(self, ticket: int, seconds: float = 1.5) -> bool:
        time.sleep(seconds)
        found = [self.received.get_nowait() for _ in range(self.received.qsize())]
        return not [each for each in found if each.body["ticket"]["id"] == ticket]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@dataclass(frozen=True)
class Desk:
    """The running helpdesk."""

    url: str
    state: Path
    database: str

    def api(self, login: tuple[str, str] = BOT) -> httpx.Client:
        return httpx.Client(base_url=self.url, auth=login, timeout=30, trust_env=False)


@pytest.fixture(scope="module")
def desk(
    postgres: EmbeddedPostgres, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    name = f"helpdesk_{os.getpid()}"
    postgres.ensure_database(name)
    state = tmp_path_factory.mktemp("helpdesk")
    port = free_port()
    values = {
        "PORT": port,
        "DATABASE_URL": postgres.url(name),
        "STATE": state,
        "SECRET_KEY": "a-key-that-only-the-tests-use",
        "ADMIN_PASSWORD": ADMIN[1],
        "AGENT_PASSWORD": AGENT[1],
        "BOT_PASSWORD": BOT[1],
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_TICKET_URL": f"http://127.0.0.1:{receiver.port}/ticket",
        "WEBHOOK_FOLLOW_UP_URL": f"http://127.0.0.1:{receiver.port}/follow-up",
        "WEBHOOK_OUTCOME_URL": f"http://127.0.0.1:{receiver.port}/outcome",
        "KNOWLEDGE": ROOT / "local" / "knowledge",
    }
    environment = {f"HELPDESK_PROCESS_{key}": str(value) for key, value in values.items()}
    command = [sys.executable, "-m", "local.helpdesk.serve"]
    log = (state / "log").open("wb")
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=log, stderr=log
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process, state / "log")
        yield Desk(f"http://127.0.0.1:{port}", state, postgres.url(name))
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(f"{url}/ready", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise AssertionError(f"not ready:\n{log.read_text()}")


async def _file(desk: Desk, subject: str = "Question", body: str = "How long?") -> Filed:
    customer = Customer(desk.url)
    try:
        return await customer.file(subject, body, "eva@example.org")
    finally:
        await customer.close()


async def _reply(desk: Desk, filed: Filed, body: str) -> None:
    customer = Customer(desk.url)
    try:
        await customer.reply(filed, body)
    finally:
        await customer.close()


def _accept(desk: Desk, filed: Filed) -> None:
    """Press "Thank you, this is solved"."""
    with httpx.Client(base_url=desk.url, trust_env=False) as browser:
        token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', browser.get(filed.page).text)
        assert token
        query = parse_qs(urlsplit(filed.page).query)
        form = {"csrfmiddlewaretoken": token[1], "close": "1"}
        form |= {"mail": query["email"][0], "key": query["key"][0]}
        assert browser.post(f"/tickets/{filed.number}/update/", data=form).status_code == 302


def _page(desk: Desk, filed: Filed) -> str:
    """What the customer sees."""
    with httpx.Client(base_url=desk.url, trust_env=False) as http:
        return http.get(filed.page).raise_for_status().text


async def test_form_makes_a_ticket_and_a_signed_webhook(desk: Desk, receiver: Receiver) -> None:
    filed = await _file(desk, "Where is it?", "Order 4711 is late.")

    received = receiver.wait_for("ticket.created", filed.number)

    assert received.path == "/ticket"
    ticket = received.body["ticket"]
    assert ticket["title"] == "Where is it?"
    assert ticket["submitter_email"] == "eva@example.org"
    (opening,) = ticket["conversation"]
    assert (opening["author"], opening["body"]) == ("customer", "Order 4711 is late.")
    assert received.body["follow_up"] is None


async def test_description_may_be_empty(desk: Desk, receiver: Receiver) -> None:
    filed = await _file(desk, "Only a subject", "")
    received = receiver.wait_for("ticket.created", filed.number)
    assert received.body["ticket"]["description"] == ""


def test_api_makes_a_ticket_and_a_webhook(desk: Desk, receiver: Receiver) -> None:
    body = {"queue": 1, "title": "By API", "description": "Hello", "priority": 3}
    with desk.api(ADMIN) as http:
        answer = http.post("/api/tickets/", json={**body, "submitter_email": "kim@example.org"})
    assert answer.status_code == 201
    receiver.wait_for("ticket.created", answer.json()["id"])


async def test_customers_words_are_kept_whatever_they_look_like(
    desk: Desk, receiver: Receiver
) -> None:
    odd = 'It says {{ ticket.secret_key }} {{ "x }} {% boom %} {# gone #} %} }}'
    filed = await _file(desk)

    await _reply(desk, filed, odd)

    received = receiver.wait_for("ticket.customer_replied", filed.number)
    assert received.path == "/ticket"
    assert received.body["follow_up"]["comment"] == odd
    assert received.body["follow_up"]["author"] == "customer"
    page = _page(desk, filed)
    assert "{% boom %} {# gone #}" in page


async def test_reply_of_the_bot_is_public_and_sends_no_webhook(
    desk: Desk, receiver: Receiver
) -> None:
    filed = await _file(desk)
    receiver.wait_for("ticket.created", filed.number)
    note = {"ticket": filed.number, "comment": "Findings {{ x }}", "public": False}
    reply = {"ticket": filed.number, "comment": "Two days.", "public": True, "new_status": 3}
    with desk.api() as http:
        assert http.post("/api/followups/", json=note).status_code == 201
        assert http.post("/api/followups/", json=reply).status_code == 201
        ticket = http.get(f"/api/deskloop/tickets/{filed.number}/").json()

    assert receiver.none_about(filed.number)
    assert ticket["status"]["name"] == "Resolved"
    assert ticket["title"] == "Question"
    assert [each["author"] for each in ticket["follow_ups"]] == ["bot", "bot"]
    page = _page(desk, filed)
    assert "Two days." in page
    assert "Findings" not in page


async def test_reply_of_an_agent_goes_to_the_other_webhook(desk: Desk, receiver: Receiver) -> None:
    filed = await _file(desk)
    reply = {"ticket": filed.number, "comment": "I look into it.", "public": True}
    with desk.api(AGENT) as http:
        assert http.post("/api/followups/", json=reply).status_code == 201
    received = receiver.wait_for("ticket.agent_updated", filed.number)
    assert received.path == "/follow-up"
    assert received.body["follow_up"]["user"] == "maya"


async def test_customer_reopens_a_solved_ticket_by_writing(desk: Desk, receiver: Receiver) -> None:
    filed = await _file(desk)
    solved = {"ticket": filed.number, "comment": "Done.", "public": True, "new_status": 3}
    with desk.api() as http:
        http.post("/api/followups/", json=solved).raise_for_status()
    await _reply(desk, filed, "No, it is not.")
    told = [receiver.wait_for("ticket.customer_replied", filed.number) for _ in range(2)]
    assert [each.path for each in told] == ["/ticket", "/outcome"]
    ticket = told[0].body["ticket"]
    assert ticket["status"]["name"] == "Reopened"
    assert [turn["author"] for turn in ticket["conversation"]] == ["customer", "bot", "customer"]
    reopened = receiver.wait_for("ticket.reopened", filed.number)
    assert (reopened.path, reopened.body["follow_up"]["author"]) == ("/outcome", "customer")


async def test_customer_accepts_an_answer(desk: Desk, receiver: Receiver) -> None:
    filed = await _file(desk)
    solved = {"ticket": filed.number, "comment": "Done.", "public": True, "new_status": 3}
    with desk.api() as http:
        http.post("/api/followups/", json=solved).raise_for_status()
    _accept(desk, filed)
    received = receiver.wait_for("ticket.customer_closed", filed.number)
    assert (received.path, received.body["ticket"]["open"]) == ("/outcome", False)


async def test_agent_who_opens_a_ticket_again_is_an_outcome(desk: Desk, receiver: Receiver) -> None:
    filed = await _file(desk)
    with desk.api(AGENT) as http:
        for status in (3, 2):
            body = {"ticket": filed.number, "comment": "Hm.", "public": True, "new_status": status}
            http.post("/api/followups/", json=body).raise_for_status()
    received = receiver.wait_for("ticket.reopened", filed.number)
    assert (received.path, received.body["follow_up"]["author"]) == ("/outcome", "agent")


async def test_reply_is_refused_when_somebody_wrote_meanwhile(desk: Desk) -> None:
    filed = await _file(desk)
    body = {"ticket": filed.number, "comment": "Too late.", "public": True}
    with desk.api(AGENT) as http:
        http.post("/api/followups/", json={**body, "comment": "Mine."}).raise_for_status()
    with desk.api() as http:
        answer = http.post("/api/followups/", json=body, headers={"If-Match": "0"})
        ticket = http.get(f"/api/deskloop/tickets/{filed.number}/").json()
        seen = str(ticket["last_follow_up_id"])
        again = http.post("/api/followups/", json=body, headers={"If-Match": seen})
    assert answer.status_code == 412
    assert [each["comment"] for each in ticket["follow_ups"]] == ["Mine."]
    assert again.status_code == 201


async def test_a_request_whose_answer_was_lost_may_be_repeated(desk: Desk) -> None:
    filed = await _file(desk)
    body = {"ticket": filed.number, "comment": "Two years. ", "public": True, "new_status": 3}
    with desk.api() as http:
        answers = [
            http.post("/api/followups/", json=body, headers={"If-Match": "0"}) for _ in range(3)
        ]
        other = {**body, "comment": "Three years."}
        refused = http.post("/api/followups/", json=other, headers={"If-Match": "0"})
        private = {**body, "public": False}
        refused_too = http.post("/api/followups/", json=private, headers={"If-Match": "0"})
        ticket = http.get(f"/api/deskloop/tickets/{filed.number}/").json()
    assert [answer.status_code for answer in answers] == [201] * 3
    assert {answer.json()["id"] for answer in answers} == {ticket["last_follow_up_id"]}
    assert [each["comment"] for each in ticket["follow_ups"]] == ["Two years."]
    assert (refused.status_code, refused_too.status_code) == (412, 412)


async def test_waiting_lists_what_nobody_answered(desk: Desk) -> None:
    waits, answered = await _file(desk), await _file(desk)
    with desk.api() as http:
        body = {"ticket": answered.number, "comment": "Hello.", "public": True}
        http.post("/api/followups/", json=body).raise_for_status()
        page = http.get("/api/deskloop/tickets/", params={"limit": 200}).json()
        young = http.get("/api/deskloop/tickets/", params={"minutes": 5}).json()
    found = {ticket["id"] for ticket in page["results"]}
    assert waits.number in found
    assert answered.number not in found
    assert young["results"] == []


async def test_a_note_behind_an_earlier_word_does_not_hide_a_later_one(desk: Desk) -> None:
    filed = await _file(desk)
    await _reply(desk, filed, "It is the white one.")
    with desk.api() as http:
        note = {"ticket": filed.number, "comment": "Rejected.", "public": False}
        http.post("/api/followups/", json=note).raise_for_status()
        pages = [
            http.get("/api/deskloop/tickets/", params={"limit": 200, "touched": touched}).json()
            for touched in (0, 1)
        ]
    found = [[ticket["id"] for ticket in page["results"]] for page in pages]
    assert filed.number not in found[0]
    assert found[1] == [*found[0], filed.number]


async def test_an_old_ticket_with_a_new_word_waits(desk: Desk) -> None:
    filed = await _file(desk)
    earlier = "update helpdesk_ticket set created = created - interval '30 days' where id = %s"
    with psycopg.connect(desk.database) as connection:
        connection.execute(earlier, [filed.number])
    await _reply(desk, filed, "It is broken again.")
    with desk.api() as http:
        page = http.get("/api/deskloop/tickets/", params={"limit": 200}).json()
    assert filed.number in {each["id"] for each in page["results"]}


async def test_a_clock_that_was_put_back_does_not_change_who_spoke_last(desk: Desk) -> None:
    filed = await _file(desk)
    note = {"ticket": filed.number, "comment": "Findings.", "public": False}
    earlier = "update helpdesk_followup set date = date - interval '1 hour' where id = %s"
    with desk.api() as http:
        number = http.post("/api/followups/", json=note).raise_for_status().json()["id"]
        with psycopg.connect(desk.database) as connection:
            connection.execute(earlier, [number])
        page = http.get("/api/deskloop/tickets/", params={"limit": 200}).json()
        ticket = http.get(f"/api/deskloop/tickets/{filed.number}/").json()
    assert filed.number not in {each["id"] for each in page["results"]}
    assert [each["id"] for each in ticket["follow_ups"]] == [number]
    assert [each["author"] for each in ticket["conversation"]] == ["customer"]


def test_only_staff_may_use_the_api(desk: Desk) -> None:
    paths = ["/api/tickets/", "/api/deskloop/tickets/", "/api/deskloop/agents/"]
    with desk.api(("deskloop", "wrong")) as http:
        assert [http.get(path).status_code for path in paths] == [401, 401, 401]


async def test_strangers_cannot_write_on_a_ticket(desk: Desk) -> None:
    filed = await _file(desk)
    stranger = replace(filed, key="wrong")
    # opens another form, for a token that is good
    stranger = replace(stranger, page="/tickets/submit/")
    with pytest.raises(FormError, match="HTTP 404"):
        await _reply(desk, stranger, "Not mine")
    assert "Not mine" not in _page(desk, filed)


def test_knowledge_base_shows_the_articles(desk: Desk) -> None:
    page = httpx.get(f"{desk.url}/kb/", trust_env=False)
    assert page.status_code == 200
    for category in ("Account", "Billing", "Shipping", "Technical"):
        assert category in page.text


def test_the_customer_s_files_since_the_last_answer_are_named(
    desk: Desk, receiver: Receiver
) -> None:
    with httpx.Client(base_url=desk.url, trust_env=False, timeout=30) as http:
        http.get("/tickets/submit/").raise_for_status()
        form = {
            **{"csrfmiddlewaretoken": http.cookies["csrftoken"], "title": "A photo"},
            **{"body": "See the photo.", "submitter_email": "eva@example.org"},
        }
        sent = {"attachment": ("leaf.txt", b"x" * 1025, "text/plain")}
        filed = http.post("/tickets/submit/", data=form, files=sent)
    assert filed.status_code == 302, filed.text
    number = int(parse_qs(urlsplit(filed.headers["location"]).query)["ticket"][0].split("-")[-1])
    ticket = receiver.wait_for("ticket.created", number).body["ticket"]
    assert ticket["attachments"] == ["leaf.txt (2 kB)"]
    answer = {"ticket": number, "comment": "Thank you.", "public": True}
    with desk.api() as api:
        api.post("/api/followups/", json=answer).raise_for_status()
        again = api.get(f"/api/deskloop/tickets/{number}/").raise_for_status().json()
    assert again["attachments"] == []


async def test_webhook_that_failed_is_sent_again(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    try:
        filed = await _file(desk)
        receiver.wait_for("ticket.created", filed.number)
        again = receiver.wait_for("ticket.created", filed.number)
        assert again.path == "/ticket"
    finally:
        receiver.status = 200


async def test_slow_receiver_does_not_keep_the_customer_waiting(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.delay = 8.0
    try:
        started = time.monotonic()
        await _file(desk)
        await _file(desk)
        assert time.monotonic() - started < 8.0
    finally:
        receiver.delay = 0.0


async def test_refused_connection_costs_the_customer_nothing(
    desk: Desk, receiver: Receiver
) -> None:
    receiver.close()
    filed = await _file(desk, "While the receiver is away")
    await _reply(desk, filed, "Still there?")
    assert "Still there?" in _page(desk, filed)
