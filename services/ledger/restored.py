"""Brings a ledger that was restored from a back-up into a state that sends nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.common.database import Database
from services.common.settings import DatabaseSettings
from services.contracts.privacy import Erased
from services.ledger import store_restore
from services.ledger.erasure import forget_again

Forgotten = Sequence[tuple[str, datetime]]


@dataclass(frozen=True)
class Settled:
    """What was in flight when the back-up was taken, and is with a human now."""

    tickets: int
    decisions: int
    erased: Erased
    """Of people who were forgotten after the back-up was taken."""


async def settle(database_url: str, taken_at: datetime, forgotten: Forgotten = ()) -> Settled:
    """Give what was in flight to humans; call it before anybody works with the database.

    The helpdesk went on after the back-up was taken. What was waiting or under a lease then may
    have been answered since, so none of it is handed out again. `forgotten` are whom the former
    database had forgotten, as hash and time; what the back-up still had of them is deleted.
    """
    database = Database(DatabaseSettings.model_validate({"database_url": database_url}))
    try:
        async with database.connection() as connection:
            tickets = await store_restore.end_open_turns(connection, taken_at)
            decisions = await store_restore.end_open_decisions(connection)
            await store_restore.clear_queue(connection)
            await store_restore.note_restore(connection, taken_at)
            await store_restore.add_forgotten(connection, forgotten)
            erased = await forget_again(connection)
    finally:
        await database.close()
    return Settled(tickets=tickets, decisions=decisions, erased=erased)
