"""Rate limit, failures on command and slowness: what a client has to live with."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

Next = Callable[[Request], Awaitable[Response]]


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
    skip: int = 0
    """How many fitting calls pass before the first that does not."""
    says: Any = None
    """What is answered in place of this helpdesk's own words for the status."""


@dataclass
class Pressure:
    """Counts calls in a window of time and plays the faults that a test ordered."""

    too_many: Callable[[int], Exception]
    """How this helpdesk says that the limit is reached, with the seconds to wait."""
    limit: int = 700
    window_seconds: float = 60.0
    retry_after: int = 1
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    _recent: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._usual = self.limit

    def fail(
        self,
        method: str,
        path: str,
        status: int | None = 500,
        *,
        times: int = 1,
        seconds: float = 0.0,
        after: bool = False,
        skip: int = 0,
        says: Any = None,
    ) -> None:
        """Order a fault; `path` is a part of the path, status None only delays."""
        self.faults.append(Fault(method, path, status, times, seconds, after, skip, says))

    def reset(self) -> None:
        """Forget faults, limits and what was called."""
        self.limit, self.retry_after = self._usual, 1
        self.faults.clear()
        self.calls.clear()
        self._recent.clear()

    @property
    def remaining(self) -> int:
        """How many calls the current window still allows."""
        return max(0, self.limit - len(self._recent))

    @property
    def resets_in(self) -> float:
        """After how many seconds the oldest call counts no more."""
        since = self._recent[0] if self._recent else time.monotonic()
        return since + self.window_seconds - time.monotonic()

    def count(self, method: str, path: str) -> Fault | None:
        """Count one call; returns the fault it meets; raises `too_many` above the limit."""
        now = time.monotonic()
        while self._recent and self._recent[0] < now - self.window_seconds:
            self._recent.popleft()
        self.calls.append(f"{method} {path}")
        if len(self._recent) >= self.limit:
            raise self.too_many(self.retry_after)
        self._recent.append(now)
        return self._fault(method, path)

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.method != method or fault.path not in path or fault.times == 0:
                continue
            if fault.skip == 0:
                fault.times -= 1
                return fault
            fault.skip -= 1
        return None


async def with_fault(
    fault: Fault | None, request: Request, call_next: Next, refused: Callable[[int], Response]
) -> Response:
    """Carry the call out unless a fault is to prevent it; then answer as the fault says."""
    if fault is None:
        return await call_next(request)
    answer = await call_next(request) if fault.after else None
    await asyncio.sleep(fault.seconds)
    if fault.status is None:
        return answer or await call_next(request)
    if fault.says is not None:
        return JSONResponse(fault.says, fault.status)
    return refused(fault.status)
