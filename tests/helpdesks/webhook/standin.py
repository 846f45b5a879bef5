"""A small helpdesk of somebody's own, that speaks the generic webhook as its guide says."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import jsonschema
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from local.settings import ROOT

Json = dict[str, Any]


def signed(secret: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """Return the headers that the guide asks for."""
    stamp = str(int(time.time()) if at is None else at)
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": mac.hexdigest()}


def check_form(name: str, body: Any) -> None:
    """Compare a body with the schema of the guide; raises `ValidationError`."""
    schema = json.loads((ROOT / "docs/helpdesks/webhook.schema.json").read_text())
    jsonschema.validate(body, schema | {"$ref": f"#/$defs/{name}"})


@dataclass
class OwnDesk:
    """Tickets with their messages; each message of Deskloop is carried out once, by its key."""

    secret: str
    url: str = ""
    tickets: dict[str, list[Json]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    done: dict[str, Json] = field(default_factory=dict)
    asked: list[Json] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """What it answers next, without doing anything; a negative one after it did it."""

    def reset(self) -> None:
        self.tickets.clear()
        self.notes.clear()
        self.done.clear()
        self.asked.clear()
        self.statuses.clear()

    def says(self, ticket: str, author: str, text: str) -> str:
        """Add a message; returns its id."""
        said = self.tickets.setdefault(ticket, [])
        id_ = f"{ticket}-{len(said) + 1}"
        at = datetime.now(UTC).isoformat()
        said.append({"id": id_, "author": author, "text": text, "at": at})
        return id_

    def event(self, ticket: str) -> Json:
        """Return what it reports when a customer wrote."""
        return {
            "event": "customer_wrote",
            "ticket": {
                "id": ticket,
                "subject": "My order",
                "messages": list(self.tickets[ticket]),
                "customer": {"email": "ana@example.com", "name": "Ana Ruiz"},
                "url": f"https://desk.example/{ticket}",
            },
        }

    def report(self, body: Any, **headers: str) -> httpx.Response:
        """Send a report to n8n; headers replace the right ones."""
        raw = json.dumps(body).encode()
        right = {"Content-Type": "application/json"} | signed(self.secret, raw)
        return httpx.post(self.url, content=raw, headers=right | headers, timeout=20)

    def asks(self, ticket: str, text: str = "Where is it?") -> httpx.Response:
        """Let the customer write, and report it in the documented form."""
        self.says(ticket, "customer", text)
        event = self.event(ticket)
        check_form("report", event)
        return self.report(event)

    def replies(self, ticket: str) -> list[str]:
        return [said["text"] for said in self.tickets[ticket] if said["author"] == "bot"]

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
            self.notes.setdefault(message["ticket_id"], []).append(message["text"])
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


def wait_until(happened: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
