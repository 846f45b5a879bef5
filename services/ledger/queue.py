"""The durable queue: pgqueuer, used inside the caller's transaction."""

from typing import Any

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries

HAND_OUT = "hand_out"
APPLY_DECISION = "apply_decision"


async def enqueue_turn(connection: Any, turn_id: int) -> None:
    """Queue a turn for the hand-out; does nothing where it is queued already."""
    await _enqueue(connection, HAND_OUT, turn_id)


async def enqueue_decision(connection: Any, review_id: int) -> None:
    """Queue a decided review to be carried out; does nothing where it is queued already."""
    await _enqueue(connection, APPLY_DECISION, review_id)


async def _enqueue(connection: Any, entrypoint: str, number: int) -> None:
    await Queries(AsyncpgDriver(connection)).enqueue(
        entrypoint,
        str(number).encode(),
        dedupe_key=f"{entrypoint}:{number}",
        on_conflict="skip",
    )
