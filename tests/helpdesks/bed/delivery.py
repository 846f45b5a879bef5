"""One report of a helpdesk on its way to n8n, and what it was answered, try by try."""

import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx

from tests.helpdesks.bed.servers import loopback

_PATIENCE_SECONDS = 20


@dataclass
class Delivery(ABC):
    """A body, ready to be sent as this helpdesk sends it; trying again is the vendor's own way."""

    body: bytes
    statuses: list[int] = field(default_factory=list, init=False)
    """What came back, 0 where nothing did."""
    answers: list[str] = field(default_factory=list, init=False)
    seconds: list[float] = field(default_factory=list, init=False)

    timeout_seconds: ClassVar[float] = 10.0

    @property
    @abstractmethod
    def endpoint(self) -> str:
        """Where it goes."""

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Return the headers as the helpdesk sends them, signed now."""

    @abstractmethod
    def forged(self) -> dict[str, dict[str, str]]:
        """Return headers that nobody may believe, by what is wrong with them."""

    @abstractmethod
    def with_body(self, body: bytes) -> "Delivery":
        """Return the same report with another body, as rightly signed as this one."""

    def send(self) -> None:
        """Deliver it once; a vendor that tries again overrides this."""
        self.try_once()

    def try_once(self) -> httpx.Response | None:
        """Deliver it and remember the answer; None where there was none."""
        began = time.monotonic()
        try:
            answer = self.post(self.headers(), timeout=self.timeout_seconds)
        except httpx.HTTPError as error:
            self.statuses.append(0)
            self.answers.append(type(error).__name__)
            return None
        finally:
            self.seconds.append(time.monotonic() - began)
        self.statuses.append(answer.status_code)
        self.answers.append(answer.text)
        return answer

    def post(
        self,
        headers: dict[str, str],
        body: bytes | None = None,
        timeout: float = _PATIENCE_SECONDS,
    ) -> httpx.Response:
        """Send it as anybody could; nothing is remembered."""
        content = self.body if body is None else body
        return loopback().post(self.endpoint, content=content, headers=headers, timeout=timeout)

    def said(self) -> list[Any]:
        """Return what n8n made of the ticket, answer by answer: `new` or `duplicate`."""
        return [json.loads(answer).get("status") for answer in self.answers]
