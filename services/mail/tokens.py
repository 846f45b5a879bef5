"""Access tokens for mailboxes that let no program in with a password: Microsoft 365."""

import threading
import time

import httpx
import structlog

from services.mail.errors import NoToken
from services.mail.settings import MailSettings

logger = structlog.get_logger(__name__)

_EARLY_SECONDS = 120.0


class Tokens:
    """Gets a token by the client's own credentials (RFC 6749, 4.4), and keeps it while it lasts."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0

    def current(self) -> str:
        """Return a token that lasts for some minutes; raises `NoToken`."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._token, lasts = self._fetched()
                self._until = time.monotonic() + max(0.0, lasts - _EARLY_SECONDS)
            return self._token

    def _fetched(self) -> tuple[str, float]:
        settings = self._settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.oauth_client_id,
            "client_secret": settings.oauth_client_secret.get_secret_value(),
            "scope": settings.oauth_scope,
        }
        try:
            answer = httpx.post(
                settings.oauth_token_url, data=form, timeout=settings.timeout_seconds
            )
            answer.raise_for_status()
            body = answer.json()
            return str(body["access_token"]), float(body.get("expires_in", 0))
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raise NoToken(f"The token server answered {status}: MAIL_OAUTH_… (step 1).") from error
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            logger.warning("no_mail_token", error=type(error).__name__)
            raise NoToken(f"The token server gave no token ({type(error).__name__}).") from error
