"""Whatever a webhook carries: it is genuine, or refused with one of three errors."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from services.contracts import VerifyWebhookRequest
from services.ledger.errors import InvalidSignature, StaleWebhook, UnknownSource
from services.ledger.signatures import WebhookVerifier

QUICK = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
SECRET = "a-secret-of-the-tests"
_TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=80)
_NUMBERS = st.one_of(
    st.integers().map(str),
    st.sampled_from(["9" * 5000, "1e9", "nan", "-0", " 1 ", "１７", "0x10", "1_000"]),
    st.floats().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-22"]),
)
_HEADERS = st.dictionaries(
    st.one_of(
        st.sampled_from(["X-Deskloop-Timestamp", "x-deskloop-signature", "x-webhook-timestamp"]),
        st.sampled_from(["X-Zendesk-Webhook-Signature", "x-zendesk-webhook-signature-timestamp"]),
        st.just("X-Hub-Signature"),
        st.sampled_from(["X-Deskloop-Secret", "x-deskloop-secret"]),
        _TEXT,
    ),
    st.one_of(_TEXT, _NUMBERS, st.binary(max_size=40).map(lambda b: b.hex())),
    max_size=4,
)
_BODIES = st.one_of(_TEXT, st.binary(max_size=200).map(lambda b: base64.b64encode(b).decode()))


def verifier() -> WebhookVerifier:
    secrets = {"django-helpdesk": SecretStr(SECRET), "another": SecretStr(SECRET)}
    secrets |= {"zendesk": SecretStr(SECRET), "intercom": SecretStr(SECRET)}
    secrets |= {"freshdesk": SecretStr(SECRET)}
    return WebhookVerifier(secrets, 300)


@given(
    source=st.sampled_from(
        ["django-helpdesk", "zendesk", "intercom", "freshdesk", "another", "nobody"]
    ),
    headers=_HEADERS,
    body=_BODIES,
)
@QUICK
def test_what_nobody_signed_is_refused(source: str, headers: dict[str, str], body: str) -> None:
    request = VerifyWebhookRequest(source=source, headers=headers, body_base64=body)
    with pytest.raises((InvalidSignature, StaleWebhook, UnknownSource)):
        verifier().verify(request)


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    now = str(int(datetime.now(UTC).timestamp()))
    digest = hmac.new(secret.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-deskloop-timestamp": now, "x-deskloop-signature": digest}


@given(body=st.binary(max_size=500), change=st.integers(0, 499))
@QUICK
def test_what_was_signed_passes_and_one_changed_byte_does_not(body: bytes, change: int) -> None:
    request = VerifyWebhookRequest(
        source="django-helpdesk",
        headers=signed(body),
        body_base64=base64.b64encode(body).decode(),
    )
    verifier().verify(request)
    at = change % (len(body) + 1)
    other = body[:at] + b"!" + body[at:]
    forged = request.model_copy(update={"body_base64": base64.b64encode(other).decode()})
    with pytest.raises(InvalidSignature):
        verifier().verify(forged)
    stolen = request.model_copy(update={"headers": signed(body, "another-secret")})
    with pytest.raises(InvalidSignature):
        verifier().verify(stolen)
