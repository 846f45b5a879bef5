"""Webhooks are believed only when signed with the source's secret, and fresh."""

import base64
import hashlib
import hmac
import time

import httpx
import pytest
from pydantic import SecretStr

from services.ledger.settings import LedgerSettings
from tests.ledger.conftest import Start

SECRET = "secret-of-the-helpdesk"
SECRETS = {"django-helpdesk": SecretStr(SECRET), "own-helpdesk": SecretStr("other")}
BODY = '{"ticket": 42, "text": "grüße"}'.encode()


def signed(body: bytes = BODY, secret: str = SECRET, age: float = 0) -> dict[str, str]:
    timestamp = str(int(time.time() - age))
    text = timestamp.encode() + b"." + body
    signature = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return {"X-Deskloop-Timestamp": timestamp, "X-Deskloop-Signature": signature}


async def verify(
    http: httpx.AsyncClient,
    headers: dict[str, str],
    body: bytes = BODY,
    source: str = "django-helpdesk",
) -> str:
    """Return the error's code, or an empty text where it is genuine."""
    encoded = base64.b64encode(body).decode()
    request = {"source": source, "headers": headers, "body_base64": encoded}
    answer = await http.post("/webhooks/verify", json=request)
    if answer.status_code == 204:
        assert answer.content == b""
        return ""
    assert answer.status_code == 401
    code: str = answer.json()["code"]
    return code


async def test_a_genuine_webhook_passes(ledger: Start) -> None:
    async with ledger(webhook_secrets=SECRETS) as http:
        assert await verify(http, signed()) == ""
        lowered = {name.lower(): value for name, value in signed().items()}
        assert await verify(http, lowered) == ""
        prefixed = signed()
        prefixed["X-Deskloop-Signature"] = "sha256=" + prefixed["X-Deskloop-Signature"].upper()
        assert await verify(http, prefixed | {"Host": "x"}) == ""


async def test_everything_else_is_refused(ledger: Start) -> None:
    async with ledger(webhook_secrets=SECRETS) as http:
        assert await verify(http, {}) == "invalid_signature"
        assert await verify(http, signed(), body=BODY + b" ") == "invalid_signature"
        assert await verify(http, signed(secret="wrong")) == "invalid_signature"
        assert await verify(http, signed(secret="")) == "invalid_signature"
        moved = signed() | {"X-Deskloop-Timestamp": str(int(time.time()) + 1)}
        assert await verify(http, moved) == "invalid_signature"
        assert await verify(http, signed(), source="unheard-of") == "unknown_source"
        odd = signed() | {"X-Deskloop-Timestamp": "9" * 30}
        assert await verify(http, odd) == "invalid_signature"
        broken = {"source": "django-helpdesk", "headers": signed(), "body_base64": "%%%"}
        answer = await http.post("/webhooks/verify", json=broken)
        assert answer.json()["code"] == "invalid_signature"


@pytest.mark.parametrize(
    ("age", "code"), [(290, ""), (310, "stale_webhook"), (-310, "stale_webhook")]
)
async def test_old_and_future_ones_are_replays(ledger: Start, age: float, code: str) -> None:
    async with ledger(webhook_secrets=SECRETS) as http:
        assert await verify(http, signed(age=age)) == code


async def test_other_sources_sign_in_the_generic_way(ledger: Start) -> None:
    async with ledger(webhook_secrets=SECRETS) as http:
        ours = signed(secret="other")
        generic = {
            "X-Webhook-Timestamp": ours["X-Deskloop-Timestamp"],
            "X-Webhook-Signature": "sha256=" + ours["X-Deskloop-Signature"],
        }
        assert await verify(http, generic, source="own-helpdesk") == ""
        assert await verify(http, ours, source="own-helpdesk") == "invalid_signature"


async def test_what_we_sign_is_believed_and_only_for_the_generic_webhook(ledger: Start) -> None:
    async with ledger(webhook_secrets=SECRETS) as http:
        request = {"source": "own-helpdesk", "body": BODY.decode()}
        answer = (await http.post("/webhooks/sign", json=request)).json()
        mine = {
            "X-Webhook-Timestamp": answer["timestamp"],
            "X-Webhook-Signature": answer["signature"],
        }
        assert await verify(http, mine, source="own-helpdesk") == ""
        for other in ("django-helpdesk", "zendesk", "unheard-of"):
            refused = await http.post("/webhooks/sign", json=request | {"source": other})
            assert (refused.status_code, refused.json()["code"]) == (401, "unknown_source")


def test_secrets_come_from_the_environment_and_are_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LEDGER_WEBHOOK_SECRETS", '{"django-helpdesk": "hush"}')
    settings = LedgerSettings()
    assert settings.webhook_secrets["django-helpdesk"].get_secret_value() == "hush"
    assert "hush" not in repr(settings)
