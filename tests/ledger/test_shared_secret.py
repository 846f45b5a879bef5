"""Freshdesk signs nothing: its webhooks are believed with the shared secret in their header."""

import base64

import httpx
import pytest
from pydantic import SecretStr

from services.contracts import VerifyWebhookRequest
from services.ledger.errors import InvalidSignature, UnknownSource
from services.ledger.signatures import WebhookVerifier
from tests.ledger.conftest import Start

SECRET = "a-secret-ä-of-the-tests"
HEADER = "X-Deskloop-Secret"


async def verify(http: httpx.AsyncClient, headers: dict[str, str]) -> str:
    """Return the error's code, or an empty text where it is genuine."""
    encoded = base64.b64encode(b'{"event": "customer_wrote"}').decode()
    request = {"source": "freshdesk", "headers": headers, "body_base64": encoded}
    answer = await http.post("/webhooks/verify", json=request)
    return "" if answer.status_code == 204 else str(answer.json()["code"])


async def test_only_the_secret_passes(ledger: Start) -> None:
    async with ledger(webhook_secrets={"freshdesk": SecretStr(SECRET)}) as http:
        assert await verify(http, {HEADER: SECRET}) == ""
        assert await verify(http, {HEADER.lower(): SECRET}) == ""
        for wrong in ("", "a", SECRET[:-1], SECRET + "s", SECRET.upper(), f"Bearer {SECRET}"):
            assert await verify(http, {HEADER: wrong}) == "invalid_signature", wrong
        assert await verify(http, {}) == "invalid_signature"
        assert await verify(http, {"X-Another-Secret": SECRET}) == "invalid_signature"


@pytest.mark.parametrize(("kept", "error"), [("", UnknownSource), ("x", InvalidSignature)])
def test_an_empty_secret_lets_nobody_in(kept: str, error: type[Exception]) -> None:
    verifier = WebhookVerifier({"freshdesk": SecretStr(kept)}, 300)
    request = VerifyWebhookRequest(source="freshdesk", headers={HEADER: ""}, body_base64="")
    with pytest.raises(error):
        verifier.verify(request)
