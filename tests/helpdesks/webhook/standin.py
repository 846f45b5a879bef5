"""A small helpdesk of somebody's own, that speaks the generic webhook as its guide says."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import jsonschema
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from local.settings import ROOT
from tests.helpdesks.bed.authority import Authority
from tests.helpdesks.bed.desk import Desk
from tests.helpdesks.bed.proxy import Proxy
from tests.helpdesks.bed.servers import loopback, serving
from tests.helpdesks.bed.system import System
from tests.helpdesks.bed.vendors import REPLY_URL, WEBHOOK

Json = dict[str, Any]


def signed(secret: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """Return the headers that the guide asks for."""
    stamp = str(int(time.time()) if at is None else at)
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": mac.hexdigest()}


def fits_form(name: str, body: Any) -> bool:
    """Whether a body fits the schema of the guide."""
    try:
        check_form(name, body)
    except jsonschema.ValidationError:
        return False
    return True


def check_form(name: str, body: Any) -> None:
    """Compare a body with the schema of the guide; raises `ValidationError`."""
    schema = json.loads((ROOT / "docs/helpdesks/webhook.schema.json").read_text())
    jsonschema.validate(body, schema | {"$ref": f"#/$defs/{name}"})


class OwnDesk(Desk):
    """Tickets with their messages; each message of Deskloop is carried out once, by its key."""

    source, name = "webhook", "Webhook"
    looks_first = says_too_late = False
    not_posted: ClassVar = {"step": "Send what was decided", "error": "500"}

    def __init__(self, secret: str) -> None:
        super().__init__()
        self.secret, self.url = secret, ""
        self.tickets: dict[str, list[Json]] = {}
        self.subjects: dict[str, str] = {}
        self.noted: dict[str, list[str]] = {}
        self.done: dict[str, Json] = {}
        self.asked: list[Json] = []
        self.unreported: list[str] = []
        self.statuses: list[int] = []
        """What it answers next, without doing anything; a negative one after it did it."""

    # what people do

    def customer_asks(self, body: str = "Where is it?", subject: str = "My order") -> str:
        id_ = uuid4().hex[:12]
        self.subjects[id_] = subject
        self.says(id_, "customer", body)
        self._report_of(id_)
        return id_

    def customer_replies(self, id_: str, body: str) -> None:
        self.says(id_, "customer", body)
        self.soon(lambda: self._report_of(id_))

    def agent_writes(
        self, id_: str, body: str, *, public: bool = True, solve: bool = False
    ) -> None:
        if public:
            self.says(id_, "agent", body)
        else:
            self.noted.setdefault(id_, []).append(body)

    def meanwhile(self) -> dict[str, Callable[[str], object]]:
        return {"answered": lambda id_: self.agent_writes(id_, "I have it.")}

    def says(self, ticket: str, author: str, text: str) -> str:
        """Add a message; returns its id."""
        said = self.tickets.setdefault(ticket, [])
        id_ = f"{ticket}-{len(said) + 1}"
        at = datetime.now(UTC).isoformat()
        said.append({"id": id_, "author": author, "text": text, "at": at})
        return id_

    # what tests look at

    def public(self, id_: str) -> list[str]:
        return [said["text"] for said in self.tickets[id_] if said["author"] != "customer"]

    def notes(self, id_: str) -> list[str]:
        return self.noted.get(id_, [])

    def by_bot(self, id_: str) -> list[Any]:
        replies = [said for said in self.tickets[id_] if said["author"] == "bot"]
        return [*replies, *self.notes(id_)]

    def lies_with(self, id_: str, group: str) -> bool:
        mine = [m for m in self.asked if m["ticket_id"] == id_]
        return [(m["action"], m["urgency"]) for m in mine] == [("note", "high")]

    def posted_as(self, id_: str) -> Json:
        return {"message_id": self.by_bot(id_)[0]["id"]}

    @property
    def broken_rules(self) -> list[str]:
        """Return what Deskloop sent in another form than the documented one."""
        return [str(m) for m in self.asked if not fits_form("message", m)]

    # trouble

    def trouble(self) -> dict[str, Callable[[str], object]]:
        return {"a failure, then a lost answer": lambda _: self.statuses.extend([503, -502])}

    def reply_is_not_confirmed(self, id_: str) -> None:
        self.statuses.extend([-502] * 3)

    def goes_away(self) -> None:
        self.statuses.extend([500] * 30)

    def comes_back(self) -> None:
        self.statuses.clear()

    def reset(self) -> None:
        self.settle()
        self.held = False
        for kept in (self.tickets, self.noted, self.done):
            kept.clear()
        for kept_list in (self.asked, self.unreported, self.statuses):
            kept_list.clear()

    # reports

    def release(self) -> None:
        super().release()
        while self.unreported:
            self._report_of(self.unreported.pop(0))

    def _report_of(self, id_: str) -> None:
        if self.held:
            self.unreported.append(id_)
        else:
            assert self.report(self.event(id_)).status_code == 200

    def event(self, ticket: str) -> Json:
        """Return what it reports when a customer wrote."""
        return {
            "event": "customer_wrote",
            "ticket": {
                "id": ticket,
                "subject": self.subjects.get(ticket, "My order"),
                "messages": list(self.tickets[ticket]),
                "customer": {"email": "ana@example.com", "name": "Ana Ruiz"},
                "url": f"https://desk.example/{ticket}",
            },
        }

    def report(self, body: Any, **headers: str) -> httpx.Response:
        """Send a report to n8n; headers replace the right ones."""
        raw = json.dumps(body).encode()
        right = {"Content-Type": "application/json"} | signed(self.secret, raw)
        return loopback().post(self.url, content=raw, headers=right | headers, timeout=20)

    def asks(self, ticket: str, text: str = "Where is it?") -> httpx.Response:
        """Let the customer write, and report it in the documented form."""
        self.says(ticket, "customer", text)
        event = self.event(ticket)
        check_form("report", event)
        return self.report(event)

    def take(self, message: Json) -> tuple[int, Json]:
        """Carry one message out, as the guide asks."""
        if message["key"] in self.done:
            return 200, self.done[message["key"]]
        if message["action"] == "check":
            return 200, {"posted": True}
        said = self.tickets.get(message["ticket_id"])
        if said is None:
            return 404, {"error": "no such ticket"}
        if message["answers"] and said[-1]["id"] != message["answers"]:
            return 409, {"error": "somebody wrote meanwhile"}
        if message["action"] == "reply":
            id_ = self.says(message["ticket_id"], "bot", message["text"])
        else:
            self.noted.setdefault(message["ticket_id"], []).append(message["text"])
            id_ = f"note-{len(self.done)}"
        self.done[message["key"]] = {"posted": True, "message_id": id_}
        return 200, self.done[message["key"]]


def desk_app(desk: OwnDesk) -> FastAPI:
    """Serve where answers arrive."""
    app = FastAPI()

    @app.post("/answers")
    async def answers(request: Request) -> JSONResponse:
        raw = await request.body()
        stamp = request.headers.get("X-Webhook-Timestamp", "0")
        expected = signed(desk.secret, raw, int(stamp))["X-Webhook-Signature"]
        if request.headers.get("X-Webhook-Signature") != expected or (
            abs(time.time() - int(stamp)) > 300
        ):
            return JSONResponse({"error": "not signed by Deskloop"}, 401)
        message = json.loads(raw)
        desk.asked.append(message)
        status = desk.statuses.pop(0) if desk.statuses else 0
        if status > 0:
            return JSONResponse({"error": "told to fail"}, status)
        answer = desk.take(message)
        return JSONResponse(answer[1], answer[0]) if status == 0 else JSONResponse({}, -status)

    return app


@contextmanager
def running_own_desk(authority: Authority, proxy: Proxy) -> Iterator[OwnDesk]:
    """Serve where answers arrive."""
    desk = OwnDesk(WEBHOOK.webhook_secret)
    with serving(desk_app(desk), port=urlsplit(REPLY_URL).port or 0):
        yield desk


def connect(desk: OwnDesk, system: System) -> None:
    """Both know the other's address, as docs/helpdesks/webhook.md has it."""
    desk.url = system.webhook("ticket")
    system.n8n.set(webhook_reply_url=REPLY_URL)
