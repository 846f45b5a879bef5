"""A helpdesk of one page for the generic webhook: `python docs/examples/webhook_desk.py`."""

import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx

SECRET = os.environ.get("LOCAL_WEBHOOK_SECRET", "").encode()
N8N = os.environ.get("N8N_URL", "http://127.0.0.1:5678")
done: dict[str, dict[str, object]] = {}


def signature(stamp: str, body: bytes) -> str:
    return hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def report(event: dict[str, object]) -> str:
    body, stamp = json.dumps(event).encode(), str(int(time.time()))
    headers = {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": signature(stamp, body)}
    headers["Content-Type"] = "application/json"
    return httpx.post(f"{N8N}/webhook/ticket", content=body, headers=headers, timeout=20).text


class Answers(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        stamp = self.headers.get("X-Webhook-Timestamp", "0")
        given = self.headers.get("X-Webhook-Signature", "")
        fresh = stamp.isdigit() and abs(time.time() - int(stamp)) < 300
        if not fresh or not hmac.compare_digest(given, signature(stamp, body)):
            return self.answer(401, {"error": "not signed by Deskloop"})
        message = json.loads(body)
        if message["key"] not in done:
            print(message["action"], message.get("text", ""), sep=": ")
            done[message["key"]] = {"posted": True, "message_id": message["key"]}
        self.answer(200, done[message["key"]])

    def answer(self, status: int, content: dict[str, object]) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())


if __name__ == "__main__":
    asked = {"id": "1", "author": "customer", "text": "How long does a refund take?"}
    asked["at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    ticket = {"id": str(int(time.time())), "subject": "Refund", "messages": [asked]}
    print(report({"event": "customer_wrote", "ticket": ticket}))
    HTTPServer(("127.0.0.1", 8120), Answers).serve_forever()
