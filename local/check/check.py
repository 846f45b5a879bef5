"""Reads both sides and compares them."""

import time

import httpx

from local.check.compare import Comparison, compare
from local.check.helpdesk import HelpdeskReader
from local.check.ledger import read_ledger


def check_ends(
    database_url: str, helpdesk: httpx.Client, lost_after_seconds: float, since: int = 0
) -> Comparison:
    """Compare ledger and helpdesk, tickets with numbers from `since` on.

    Nothing stands still while it reads, so a finding counts only if a second look confirms it.

    Raises
    ------
    psycopg.Error, httpx.HTTPError
        Where one of the two does not answer.
    """
    found = _look(database_url, helpdesk, lost_after_seconds, since)
    if not found.findings:
        return found
    time.sleep(1)
    again = _look(database_url, helpdesk, lost_after_seconds, since)
    seen = {(each.ticket, each.turn, each.kind) for each in found.findings}
    kept = [each for each in again.findings if (each.ticket, each.turn, each.kind) in seen]
    return Comparison(again.tickets, again.turns, tuple(kept))


def _look(url: str, helpdesk: httpx.Client, after: float, since: int) -> Comparison:
    tickets = HelpdeskReader(helpdesk).tickets(since)
    return compare(tickets, read_ledger(url), after, since)
