"""What the hand-out does next with a turn or a decided review."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """Nothing is left to do."""


@dataclass(frozen=True)
class Wait:
    """Somebody holds the lease, or n8n is away: look again when told, or after `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Later:
    """Make room for other tickets; this one again after `seconds`."""

    seconds: float


@dataclass(frozen=True)
class Deliver:
    """The lease is taken: send `body` to n8n."""

    body: dict[str, Any]


Step = Done | Wait | Later | Deliver
