"""The service token: compared in constant time, two accepted while it is rotated."""

import hmac
from collections.abc import Awaitable, Callable

from fastapi import Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.common.errors import Unauthenticated
from services.common.settings import CommonSettings

_bearer = HTTPBearer(auto_error=False, description="The value of DESKLOOP_TOKEN.")


def token_guard(settings: CommonSettings) -> Callable[..., Awaitable[None]]:
    """A dependency that lets a request pass only with a valid bearer token (else 401)."""
    accepted = [settings.token.get_secret_value().encode()]
    if settings.token_previous is not None:
        accepted.append(settings.token_previous.get_secret_value().encode())

    async def require_token(request: Request) -> None:
        credentials: HTTPAuthorizationCredentials | None = await _bearer(request)
        given = credentials.credentials.encode() if credentials else b""
        if not any([hmac.compare_digest(given, token) for token in accepted]):
            raise Unauthenticated("Send 'Authorization: Bearer <DESKLOOP_TOKEN>'.")

    return require_token
