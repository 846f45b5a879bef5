"""Who may log in: names, passwords, and how often a wrong one may be tried."""

import asyncio
import hashlib
import hmac
import re
import time
from collections import deque

import bcrypt

from services.console.settings import ConsoleSettings

_NAME = re.compile(r"[\w.@+-]{1,80}")
_LONGEST = 72
"""Bytes that bcrypt looks at."""
_NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt(12))
_MOST_ADDRESSES = 10_000


class Access:
    """Checks names and passwords against the settings."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._users = {name: each.get_secret_value() for name, each in settings.users.items()}
        self._password = settings.password.get_secret_value()
        self._key = settings.secret_key.get_secret_value().encode()

    async def check(self, name: str, password: str) -> bool:
        """Tell whether `name` may log in; takes as long for unknown names as for known ones."""
        if not _NAME.fullmatch(name):
            return False
        given = password.encode()
        if not self._users:
            return hmac.compare_digest(given, self._password.encode())
        known = self._users.get(name, "").encode() or _NOBODY
        right = await asyncio.to_thread(_matches, given, known)
        return right and name in self._users

    def mark(self, name: str) -> str | None:
        """What a session of `name` carries: another password, or none, ends the session."""
        secret = self._users.get(name) if self._users else self._password
        if secret is None:
            return None
        return hmac.new(self._key, f"{name}\n{secret}".encode(), hashlib.sha256).hexdigest()[:32]


def _matches(given: bytes, hashed: bytes) -> bool:
    try:
        return len(given) <= _LONGEST and bcrypt.checkpw(given, hashed)
    except ValueError:  # the hash in the settings is none
        return False


def hash_password(password: str) -> str:
    """Hash for `CONSOLE_USERS`; raises `ValueError` for what is too short or too long."""
    if not len(password) >= 12 or len(password.encode()) > _LONGEST:
        raise ValueError(f"a password has 12 characters or more, and at most {_LONGEST} bytes")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(12)).decode()


class Gate:
    """Counts wrong log-ins of each address; in this process only."""

    def __init__(self, failures: int, seconds: float) -> None:
        self._limit = failures
        self._seconds = seconds
        self._failed: dict[str, deque[float]] = {}

    def wait(self, address: str) -> float:
        """Return the seconds that `address` has to wait; 0 when it may try."""
        recent = self._recent(address)
        if len(recent) < self._limit:
            return 0.0
        return max(0.0, recent[0] + self._seconds - time.monotonic())

    def begun(self, address: str) -> None:
        """Count a log-in as wrong until it was right: many at once are no way around the limit."""
        if len(self._failed) >= _MOST_ADDRESSES:
            self._failed.pop(next(iter(self._failed)))
        self._failed.setdefault(address, deque(maxlen=self._limit)).append(time.monotonic())

    def right(self, address: str) -> None:
        """Take the newest one back."""
        if found := self._failed.get(address):
            found.pop()

    def _recent(self, address: str) -> deque[float]:
        found = self._failed.get(address, deque())
        while found and found[0] < time.monotonic() - self._seconds:
            found.popleft()
        if not found:
            self._failed.pop(address, None)
        return found
