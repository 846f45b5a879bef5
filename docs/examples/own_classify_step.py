"""One's own classify step, in plain Python: `DESKLOOP_TOKEN=… python own_classify_step.py 9000`."""

import json
import os
import re
import sys
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WORDS = {"billing": "refund|money|charge|invoice|geld", "shipping": "parcel|deliver|paket|colis"}
HUMAN = r"\b(human|agent|person|manager|call me|mitarbeiter|mensch)\b"


def classify(ticket):
    text = f"{ticket['subject']}\n{ticket['body']}".lower()
    found = [name for name, words in WORDS.items() if re.search(words, text)]
    return {
        "category": found[0] if found else "general", "intent": "other", "urgency": "medium",
        "sentiment": "neutral", "language": "de" if re.search(r"\b(ist|ich|der)\b", text) else "en",
        "confidence": 0.7 if found else 0.2, "requires_human": bool(re.search(HUMAN, text)),
        "reasoning": "Counted words.", "provider": "own", "model": "words-1",
        "usage": {}, "cost_usd": 0, "latency_ms": 0,
    }  # fmt: skip


def wrong_fields(body):
    """Yield (field, message) for what is wrong; a real step would use a JSON schema."""
    body = body if isinstance(body, dict) else {}
    yield from ((name, "unknown field") for name in body if name != "ticket")
    ticket = body.get("ticket")
    if not isinstance(ticket, dict):
        yield "ticket", "an object is required"
        return
    for name in ("id", "source", "subject", "body"):
        value = ticket.get(name)
        if not isinstance(value, str) or "\0" in value or (name == "id" and not value):
            yield f"ticket.{name}", "text without NUL is required"


class Step(BaseHTTPRequestHandler):
    def answer(self, status, body, kind="application/json"):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Request-ID", self.headers.get("X-Request-ID") or uuid.uuid4().hex)
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status, code, fields=()):
        errors = [{"field": field, "message": message} for field, message in fields]
        problem = {"title": code, "status": status, "detail": code, "code": code, "errors": errors}
        self.answer(status, problem, "application/problem+json")

    def do_GET(self):
        known = self.path in ("/health", "/ready")
        return self.answer(200, {"status": "ok"}) if known else self.refuse(404, "not_found")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {os.environ['DESKLOOP_TOKEN']}":
            return self.refuse(401, "unauthenticated")
        if len(raw) > 1_048_576:
            return self.refuse(413, "payload_too_large")
        try:
            body = json.loads(raw)
        except ValueError:
            return self.refuse(422, "invalid_request", [("body", "not JSON")])
        if wrong := list(wrong_fields(body)):
            return self.refuse(422, "invalid_request", wrong)
        return self.answer(200, classify(body["ticket"]))


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Step).serve_forever()
