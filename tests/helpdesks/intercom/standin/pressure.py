"""Rate limit, failures on command and slowness: what a client has to live with."""

import time
from collections import deque
from dataclasses import dataclass, field

from tests.helpdesks.intercom.standin import errors

_WINDOW = 10.0


@dataclass
class Fault:
    """Answers the next `times` calls whose method and path fit with `status`, after `seconds`."""

    method: str
    path: str
    status: int | None
    times: int
    seconds: float = 0.0
    after: bool = False
    """The call is carried out, and only its answer goes wrong."""


@dataclass
class Pressure:
    """Counts calls in windows of ten seconds and plays the faults that a test ordered."""

    limit: int = 1667
    retry_after: int = 1
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _recent: deque[float] = field(default_factory=deque)

    def fail(
        self,
        method: str,
        path: str,
        status: int | None = 500,
        *,
        times: int = 1,
        seconds: float = 0.0,
        after: bool = False,
    ) -> None:
        """Order a fault; `path` is a part of the path, status None only delays."""
        self.faults.append(Fault(method, path, status, times, seconds, after))

    def reset(self) -> None:
        """Forget faults, limits and what was called."""
        self.limit, self.retry_after = 1667, 1
        self.faults.clear()
        self.calls.clear()
        self._recent.clear()

    def headers(self) -> dict[str, str]:
        """Return what every answer tells of the rate limit."""
        reset = self._recent[0] + _WINDOW - time.monotonic() if self._recent else _WINDOW
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - len(self._recent))),
            "X-RateLimit-Reset": str(int(time.time() + reset)),
        }

    def count(self, method: str, path: str) -> Fault | None:
        """Count one call; returns the fault it meets; raises `Refused` above the limit."""
        now = time.monotonic()
        while self._recent and self._recent[0] < now - _WINDOW:
            self._recent.popleft()
        self.calls.append(f"{method} {path}")
        if len(self._recent) >= self.limit:
            raise errors.too_many_requests(self.limit, self.retry_after)
        self._recent.append(now)
        return self._fault(method, path)

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.path in path and fault.times > 0:
                fault.times -= 1
                return fault
        return None
