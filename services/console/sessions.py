"""Who is logged in: a signed cookie, its time-outs, and the proof that a form is ours."""

import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from services.console.access import Access
from services.console.errors import FormExpired, NotSignedIn
from services.console.settings import ConsoleSettings

COOKIE = "deskloop_console"
_TOUCH_SECONDS = 20.0


@dataclass(frozen=True)
class User:
    """Who looks at the page."""

    name: str
    csrf: str


class Sessions:
    """Begins, checks and ends sessions; all they hold is in the cookie."""

    def __init__(self, settings: ConsoleSettings, access: Access) -> None:
        self._idle = settings.idle_minutes * 60
        self._longest = settings.session_hours * 3600
        self._access = access

    def begin(self, request: Request, name: str) -> None:
        """Log `name` in, in a session that has nothing of the one before."""
        request.session.clear()
        now = time.time()
        request.session.update(
            user=name, mark=self._access.mark(name), since=now, seen=now, csrf=_new_csrf()
        )

    def user(self, request: Request, *, active: bool) -> User:
        """Return who is logged in; `active` false for what the page does by itself.

        Raises
        ------
        NotSignedIn
            Where nobody is, or the session is too old, idle, or of a password no longer valid.
        """
        session, now = request.session, time.time()
        name, since, seen = session.get("user"), session.get("since", 0), session.get("seen", 0)
        if not name:
            raise NotSignedIn("Please log in.")
        mark = self._access.mark(name)
        known = mark is not None and hmac.compare_digest(mark, str(session.get("mark")))
        if not known or now - since > self._longest or now - seen > self._idle:
            session.clear()
            raise NotSignedIn("You were logged out. Please log in again.")
        if active and now - seen > _TOUCH_SECONDS:
            session["seen"] = now
        return User(name, csrf_token(request))


def csrf_token(request: Request) -> str:
    """Return the session's token for forms; makes one where there is none yet."""
    if not request.session.get("csrf"):
        request.session["csrf"] = _new_csrf()
    return str(request.session["csrf"])


def _new_csrf() -> str:
    return secrets.token_urlsafe(32)


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


async def _signed_in(request: Request) -> User:
    user = _sessions(request).user(request, active=True)
    request.state.user = user
    return user


async def _watching(request: Request) -> User:
    return _sessions(request).user(request, active=False)


async def checked_form(request: Request) -> FormData:
    """Return the form; raises `FormExpired` where it does not carry the session's token."""
    form = await request.form(max_files=0, max_fields=100)
    given, known = form.get("csrf"), request.session.get("csrf")
    if not (isinstance(given, str) and known):
        raise FormExpired("The form carries no valid token.")
    if not hmac.compare_digest(given.encode(), str(known).encode()):
        raise FormExpired("The form carries no valid token.")
    return form


async def _form_of_user(_: Annotated[User, Depends(_signed_in)], request: Request) -> FormData:
    return await checked_form(request)


SignedIn = Annotated[User, Depends(_signed_in)]
"""A person who just did something."""
Watching = Annotated[User, Depends(_watching)]
"""A page that refreshes itself: does not keep the session alive."""
CheckedForm = Annotated[FormData, Depends(_form_of_user)]
"""A form that a logged-in person sent from one of our pages."""


def text_of(form: FormData, name: str) -> str:
    """Return a text field with plain line ends and without NUL; empty where it is missing."""
    value = form.get(name)
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
