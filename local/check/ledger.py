"""Reads the ledger's tables with plain SQL."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

SOURCE = "django-helpdesk"
_NOW = "select clock_timestamp() as now"
_TURNS = """
    select ticket_id, turn, state, route, registered_at, finished_at
    from ledger_turns where source = %s order by ticket_id, turn
"""
_DRAFTS = """
    select distinct on (ticket_id, turn) ticket_id, turn, decision -> 'draft' ->> 'reply' as reply
    from ledger_events where kind = 'decided' and decision ? 'draft'
    order by ticket_id, turn, id desc
"""
_REVIEWS = """
    select r.ticket_id, t.turn, r.state, r.decision, r.reply, r.decided_at, r.applied_at
    from ledger_reviews r join ledger_turns t on t.id = r.turn_id
"""


@dataclass
class Review:
    """What a human decided about a draft."""

    state: str
    decision: str | None
    reply: str | None
    decided_at: datetime | None
    applied_at: datetime | None

    @property
    def sends(self) -> bool:
        """Whether a reply follows from it."""
        return self.decision in ("approve", "edit")


@dataclass
class LedgerTurn:
    """One message of a customer as the ledger has it."""

    turn: int
    state: str
    route: str | None
    registered_at: datetime
    finished_at: datetime | None
    draft: str | None = None
    review: Review | None = None


@dataclass
class Ledger:
    """All turns by ticket number; `now` is the database's clock."""

    now: datetime
    tickets: dict[int, dict[int, LedgerTurn]] = field(default_factory=dict)

    def turn(self, ticket: int, turn: int) -> LedgerTurn | None:
        """One turn, where the ledger knows it."""
        return self.tickets.get(ticket, {}).get(turn)


def read_ledger(url: str) -> Ledger:
    """Read everything at one moment; raises `psycopg.Error`."""
    with psycopg.connect(url, row_factory=dict_row, connect_timeout=10) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        now = connection.execute(_NOW).fetchone()
        assert now is not None
        ledger = Ledger(now["now"])
        _add_turns(ledger, connection.execute(_TURNS, (SOURCE,)))
        _add_drafts(ledger, connection.execute(_DRAFTS))
        _add_reviews(ledger, connection.execute(_REVIEWS))
    return ledger


def _number(ticket_id: str) -> int | None:
    source, _, number = ticket_id.partition(":")
    return int(number) if source == SOURCE and number.isdecimal() else None


def _add_turns(ledger: Ledger, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        number = _number(row.pop("ticket_id"))
        if number is not None:
            ledger.tickets.setdefault(number, {})[row["turn"]] = LedgerTurn(**row)


def _add_drafts(ledger: Ledger, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        turn = ledger.turn(_number(row["ticket_id"]) or 0, row["turn"])
        if turn is not None:
            turn.draft = row["reply"]


def _add_reviews(ledger: Ledger, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        turn = ledger.turn(_number(row.pop("ticket_id")) or 0, row.pop("turn"))
        if turn is not None:
            turn.review = Review(**row)
