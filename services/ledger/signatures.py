"""Whether a webhook really comes from its helpdesk: one scheme per source."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pydantic import SecretStr

from services.contracts import VerifyWebhookRequest
from services.contracts.ledger import SignedWebhook, SignWebhookRequest
from services.ledger.errors import InvalidSignature, StaleWebhook, UnknownSource


class Scheme(Protocol):
    """How one helpdesk signs its webhooks."""

    def signed_at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return when the webhook was signed; None where the helpdesk does not say."""
        ...

    def is_signed(self, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the signature fits, compared in constant time; `headers` are in lower case."""
        ...


@dataclass(frozen=True)
class TimestampedHmac:
    """Hex HMAC-SHA256 of `<unix seconds>.<raw body>`, time stamp and signature in headers."""

    timestamp_header: str
    signature_header: str

    def signed_at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return the time stamp of the header; raises `InvalidSignature` where it is none."""
        try:
            seconds = int(headers.get(self.timestamp_header, ""))
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            raise InvalidSignature(f"Header {self.timestamp_header} is missing or wrong.") from None

    def is_signed(self, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the signature header fits; a `sha256=` in front of it is allowed."""
        timestamp = headers.get(self.timestamp_header, "").encode()
        expected = hmac.new(secret, timestamp + b"." + body, hashlib.sha256).hexdigest()
        given = headers.get(self.signature_header, "").strip().lower().removeprefix("sha256=")
        return hmac.compare_digest(expected.encode(), given.encode())


@dataclass(frozen=True)
class ZendeskHmac:
    """Base64 HMAC-SHA256 of time stamp and raw body, one after the other; the stamp is ISO 8601."""

    timestamp_header: str = "x-zendesk-webhook-signature-timestamp"
    signature_header: str = "x-zendesk-webhook-signature"

    def signed_at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return the time stamp of the header; raises `InvalidSignature` where it is none."""
        try:
            moment = datetime.fromisoformat(headers.get(self.timestamp_header, ""))
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise InvalidSignature(f"Header {self.timestamp_header} is missing or wrong.") from None

    def is_signed(self, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the signature header fits, to the letter."""
        timestamp = headers.get(self.timestamp_header, "").encode()
        digest = hmac.new(secret, timestamp + body, hashlib.sha256).digest()
        given = headers.get(self.signature_header, "").strip()
        return hmac.compare_digest(base64.b64encode(digest), given.encode())


@dataclass(frozen=True)
class IntercomHmac:
    """Hex HMAC-SHA1 of the raw body with the app's client secret, as `sha1=…`; no time stamp.

    Intercom chose SHA-1. As HMAC it is not broken, but an old webhook cannot be told from a new
    one: only that the same turn twice is a duplicate protects from replays.
    """

    signature_header: str = "x-hub-signature"

    def signed_at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return None: Intercom does not say when it signed."""
        return None

    def is_signed(self, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the signature header fits; its `sha1=` is part of it."""
        expected = f"sha1={hmac.new(secret, body, hashlib.sha1).hexdigest()}"
        given = headers.get(self.signature_header, "").strip().lower()
        return hmac.compare_digest(expected.encode(), given.encode())


@dataclass(frozen=True)
class SharedSecret:
    """The secret itself, in a header: for helpdesks that sign nothing, so over TLS only.

    Without a time stamp nothing is stale; a replay meets the ledger's idempotency.
    """

    header: str

    def signed_at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return None: the helpdesk does not say when it sent the webhook."""
        return None

    def is_signed(self, secret: bytes, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the header holds the secret, whatever the body is."""
        return hmac.compare_digest(secret, headers.get(self.header, "").strip().encode())


GENERIC = TimestampedHmac("x-webhook-timestamp", "x-webhook-signature")
SCHEMES: dict[str, Scheme] = {
    "django-helpdesk": TimestampedHmac("x-deskloop-timestamp", "x-deskloop-signature"),
    "zendesk": ZendeskHmac(),
    "intercom": IntercomHmac(),
    "freshdesk": SharedSecret("x-deskloop-secret"),
}
"""By source; every other source that has a secret signs in the generic way."""


class WebhookVerifier:
    """Checks webhooks against the secrets and the freshness of the settings."""

    def __init__(
        self,
        secrets: Mapping[str, SecretStr],
        freshness_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._secrets = secrets
        self._freshness = freshness_seconds
        self._now = now

    def verify(self, request: VerifyWebhookRequest) -> None:
        """Return where the webhook is genuine and fresh; else raise one of the 401s."""
        secret = self._secrets.get(request.source)
        if secret is None or not secret.get_secret_value():
            raise UnknownSource(f"No webhook secret is set for '{request.source}'.")
        headers = {name.lower(): value for name, value in request.headers.items()}
        scheme = SCHEMES.get(request.source, GENERIC)
        signed_at = scheme.signed_at(headers)
        key = secret.get_secret_value().encode()
        if not scheme.is_signed(key, headers, _decoded(request.body_base64)):
            raise InvalidSignature("The signature does not fit the body.")
        if signed_at is not None:
            self._check_freshness(signed_at)

    def sign(self, request: SignWebhookRequest) -> SignedWebhook:
        """Sign what we send, in the generic way; raises `UnknownSource` for all other sources."""
        secret = self._secrets.get(request.source)
        if request.source in SCHEMES or secret is None or not secret.get_secret_value():
            raise UnknownSource(f"Nothing is signed for '{request.source}'.")
        timestamp = str(int(self._now().timestamp()))
        key = secret.get_secret_value().encode()
        signed = hmac.new(key, f"{timestamp}.{request.body}".encode(), hashlib.sha256)
        return SignedWebhook(timestamp=timestamp, signature=signed.hexdigest())

    def _check_freshness(self, signed_at: datetime) -> None:
        age = (self._now() - signed_at).total_seconds()
        if abs(age) > self._freshness:
            raise StaleWebhook(f"Signed {age:.0f} seconds ago; at most {self._freshness:.0f}.")


def _decoded(body_base64: str) -> bytes:
    try:
        return base64.b64decode(body_base64, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidSignature("body_base64 is not Base64.") from None
