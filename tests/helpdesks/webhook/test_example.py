"""The example of the guide does what the guide says, and the schema says the same."""

import importlib.util
import json
import threading
import time
from collections.abc import Iterator
from http.server import HTTPServer
from types import ModuleType

import httpx
import jsonschema
import pytest

from local.settings import ROOT
from tests.helpdesks.webhook.standin import check_form, signed

SECRET = "a-secret-of-the-tests"


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("LOCAL_WEBHOOK_SECRET", SECRET)
    spec = importlib.util.spec_from_file_location(
        "webhook_desk", ROOT / "docs/examples/webhook_desk.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def url(example: ModuleType) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), example.Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_carries_each_signed_message_out_once(
    example: ModuleType, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    message = {"key": "1", "action": "reply", "ticket_id": "7", "text": "Five days."}
    check_form("message", message)
    raw = json.dumps(message).encode()
    for _ in range(2):
        answer = httpx.post(url, content=raw, headers=signed(SECRET, raw)).json()
        check_form("confirmation", answer)
    assert capfd.readouterr().out.count("Five days.") == 1
    old = signed(SECRET, raw, int(time.time()) - 400)
    for headers in ({}, signed("wrong", raw), old):
        assert httpx.post(url, content=raw, headers=headers).status_code == 401


def test_the_schema_refuses_what_the_workflow_refuses() -> None:
    said = {"author": "customer", "text": "Hi", "at": "2026-11-01T10:00:00Z"}
    check_form("report", {"event": "customer_wrote", "ticket": {"id": "1", "messages": [said]}})
    for broken in ({"event": "customer_wrote"}, {"event": "rated", "ticket_id": "1", "key": "1"}):
        with pytest.raises(jsonschema.ValidationError):
            check_form("report", broken)
