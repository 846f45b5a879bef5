"""Zendesk's webhooks are believed only with Zendesk's own signature, and fresh."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from services.contracts import VerifyWebhookRequest
from services.ledger.signatures import WebhookVerifier, ZendeskHmac
from tests.ledger.conftest import Start

SECRET = "c2VjcmV0LW9mLXRoZS10ZXN0cw=="
BODY = '{"ticket_id": "42", "text": "grüße 🪴"}'.encode()
STAMP = "X-Zendesk-Webhook-Signature-Timestamp"
SIGNATURE = "X-Zendesk-Webhook-Signature"


def signed(body: bytes = BODY, secret: str = SECRET, age: float = 0) -> dict[str, str]:
    timestamp = (datetime.now(UTC) - timedelta(seconds=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return {STAMP: timestamp, SIGNATURE: base64.b64encode(digest).decode()}


async def verify(http: httpx.AsyncClient, headers: dict[str, str], body: bytes = BODY) -> str:
    """Return the error's code, or an empty text where it is genuine."""
    encoded = base64.b64encode(body).decode()
    request = {"source": "zendesk", "headers": headers, "body_base64": encoded}
    answer = await http.post("/webhooks/verify", json=request)
    return "" if answer.status_code == 204 else str(answer.json()["code"])


async def test_only_what_zendesk_signed_passes(ledger: Start) -> None:
    async with ledger(webhook_secrets={"zendesk": SecretStr(SECRET)}) as http:
        assert await verify(http, signed()) == ""
        assert await verify(http, {k.lower(): v for k, v in signed().items()}) == ""
        assert await verify(http, signed(b""), b"") == ""
        assert await verify(http, {}) == "invalid_signature"
        assert await verify(http, signed(), BODY + b" ") == "invalid_signature"
        assert await verify(http, signed(secret="wrong")) == "invalid_signature"
        changed = signed()
        changed[SIGNATURE] = changed[SIGNATURE].swapcase()
        assert await verify(http, changed) == "invalid_signature"
        assert await verify(http, {SIGNATURE: signed()[SIGNATURE]}) == "invalid_signature"
        later = {**signed(), STAMP: "2026-11-22T10:00:00Z"}
        assert await verify(http, later) == "invalid_signature"


@pytest.mark.parametrize(
    ("age", "code"), [(280, ""), (310, "stale_webhook"), (-310, "stale_webhook")]
)
async def test_old_and_future_ones_are_replays(ledger: Start, age: float, code: str) -> None:
    async with ledger(webhook_secrets={"zendesk": SecretStr(SECRET)}) as http:
        assert await verify(http, signed(age=age)) == code


def test_a_known_signature() -> None:
    """Computed with OpenSSL: printf '%s' "$TIMESTAMP$BODY" | openssl dgst -sha256 -hmac …"""
    headers = {STAMP.lower(): "2026-11-22T10:00:00Z", SIGNATURE.lower(): KNOWN}
    assert ZendeskHmac().is_signed(b"a-secret", headers, b'{"ticket_id":"42"}')


def test_a_stamp_without_zone_is_utc() -> None:
    stamp = {STAMP.lower(): "2026-11-22T10:00:00"}
    assert ZendeskHmac().signed_at(stamp) == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_an_empty_secret_is_no_secret() -> None:
    verifier = WebhookVerifier({"zendesk": SecretStr("")}, 300)
    request = VerifyWebhookRequest(source="zendesk", headers=signed(secret=""), body_base64="")
    with pytest.raises(Exception, match="No webhook secret"):
        verifier.verify(request)


KNOWN = "FVBT+DNEvaTikZbTRNYFdicSInX76n4BmWqDawF9xbc="
