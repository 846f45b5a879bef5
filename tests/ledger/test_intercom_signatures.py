"""Intercom's webhooks are believed only with Intercom's own signature; they carry no time."""

import base64
import hashlib
import hmac

import httpx
from pydantic import SecretStr

from services.contracts import VerifyWebhookRequest
from services.ledger.signatures import IntercomHmac
from tests.ledger.conftest import Start

SECRET = "client-secret-of-the-tests"
BODY = '{"topic": "conversation.user.created", "text": "grüße 🪴"}'.encode()
SIGNATURE = "X-Hub-Signature"
KNOWN = "sha1=aa9e8e61ca5d3f735766b2fbb3295f8979e44683"


def signed(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return {SIGNATURE: f"sha1={hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()}"}


async def verify(http: httpx.AsyncClient, headers: dict[str, str], body: bytes = BODY) -> str:
    """Return the error's code, or an empty text where it is genuine."""
    encoded = base64.b64encode(body).decode()
    request = VerifyWebhookRequest(source="intercom", headers=headers, body_base64=encoded)
    answer = await http.post("/webhooks/verify", json=request.model_dump())
    return "" if answer.status_code == 204 else str(answer.json()["code"])


async def test_only_what_intercom_signed_passes(ledger: Start) -> None:
    async with ledger(webhook_secrets={"intercom": SecretStr(SECRET)}) as http:
        assert await verify(http, signed()) == ""
        assert await verify(http, {SIGNATURE.lower(): signed()[SIGNATURE]}) == ""
        assert await verify(http, signed(b""), b"") == ""
        bare = signed()[SIGNATURE].removeprefix("sha1=")
        sha256 = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
        forged = (
            {},
            {SIGNATURE: ""},
            {SIGNATURE: "sha1="},
            {SIGNATURE: bare},
            {SIGNATURE: f"sha256={sha256}"},
            signed(secret="wrong"),
            signed(BODY + b" "),
        )
        for headers in forged:
            assert await verify(http, headers) == "invalid_signature", headers


async def test_without_a_secret_nothing_passes(ledger: Start) -> None:
    async with ledger(webhook_secrets={"intercom": SecretStr("")}) as http:
        assert await verify(http, signed(secret="")) == "unknown_source"


def test_a_known_signature() -> None:
    """Computed with OpenSSL: printf '%s' "$BODY" | openssl dgst -sha1 -hmac a-secret."""
    headers = {SIGNATURE.lower(): KNOWN}
    assert IntercomHmac().is_signed(b"a-secret", headers, b'{"topic":"ping"}')
    assert IntercomHmac().signed_at(headers) is None
