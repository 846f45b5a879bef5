"""Ten times the usual number of tickets: what is too much goes to humans, and that ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.e2e.helpdesk import CustomerTicket
from tests.faults.fault import Fault
from tests.faults.laboratory import Laboratory
from tests.faults.load import Batch, numbers

_USUAL = 12
_LIMIT = 10
_CALMS_DOWN_SECONDS = 420.0
_SURGE: list[CustomerTicket] = []
_CALM: list[CustomerTicket] = []


@contextmanager
def incident(lab: Laboratory) -> Iterator[None]:
    """The limit is lowered to ten waiting tickets, and a hundred and twenty come at once."""
    surge, calm = Batch(), Batch()
    with lab.changed("ledger", LEDGER_QUEUE_LIMIT=str(_LIMIT), LEDGER_CONCURRENCY="3"):
        lab.load.file(surge, 10 * _USUAL, 10, people=False)
        yield
        lab.load.wait()
        _wait_until_calm(lab)
        lab.load.file(calm, _LIMIT // 2, 2, people=False)
        lab.load.wait()
        _wait_until_calm(lab)
    _SURGE[:], _CALM[:] = surge.tickets, calm.tickets


def _wait_until_calm(lab: Laboratory) -> None:
    deadline = time.monotonic() + _CALMS_DOWN_SECONDS
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 4:
        assert time.monotonic() < deadline, "the queue does not get shorter"
        inbox = lab.system.call("ledger", "GET", "/inbox?state=open&limit=1")
        if inbox["waiting"] or inbox["leased"]:
            quiet_since = time.monotonic()
        time.sleep(0.5)


def _only_the_surplus_went_to_humans(lab: Laboratory) -> None:
    over = _over_capacity(lab)
    assert over & set(numbers(_SURGE)), "the limit was never reached"
    assert not over & set(numbers(_CALM)), "it did not end by itself"
    for number in sorted(over & set(numbers(_SURGE)))[:3]:
        notes = lab.helpdesk.notes(CustomerTicket(number, ""))
        assert any("(over_capacity)" in note for note in notes), notes


def _over_capacity(lab: Laboratory) -> set[int]:
    statement = "select ticket_id from ledger_turns where over_capacity"
    with psycopg.connect(f"{lab.database_server}/deskloop") as connection:
        return {int(row[0].partition(":")[2]) for row in connection.execute(statement)}


FAULTS = [
    Fault(
        "ten times the usual number of tickets",
        incident,
        tickets=9,
        last_end_seconds=240,
        verify=_only_the_surplus_went_to_humans,
    )
]
