"""Headers that keep a page from being framed, from running what is not ours, and from caches."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_OPEN = ("/docs",)
"""The API's description is shown by a script of somebody else's, to who has the service token."""


def secure(path: str, headers: MutableHeaders) -> None:
    """Add the headers to an answer for `path`."""
    if path in _OPEN:
        return
    for name, value in _HEADERS.items():
        headers[name] = value
    is_asset = path.startswith("/static/")
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_asset else "no-store"


class SecureHeaders:
    """ASGI middleware: every answer carries them."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers added to the answer's start."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(scope["path"], MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, with_headers)
