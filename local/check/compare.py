"""Compares what the ledger recorded of a ticket with what the helpdesk shows of it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from local.check.findings import EXPLAINED, Finding, Kind
from local.check.helpdesk import HelpdeskTicket, Segment
from local.check.ledger import Ledger, LedgerTurn

_OPEN = ("waiting", "leased")


@dataclass(frozen=True)
class Comparison:
    """What was compared, and what was found."""

    tickets: int
    turns: int
    findings: tuple[Finding, ...]


def compare(
    tickets: Sequence[HelpdeskTicket], ledger: Ledger, lost_after_seconds: float, since: int = 0
) -> Comparison:
    """Look at each ticket; without an end after `lost_after_seconds` one counts as lost."""
    after = timedelta(seconds=lost_after_seconds)
    found = [finding for ticket in tickets for finding in _of_ticket(ticket, ledger, after)]
    there = {ticket.id for ticket in tickets}
    missing = sorted(n for n in ledger.tickets if n >= since and n not in there)
    found += [_finding(number, 1, Kind.UNKNOWN_TICKET) for number in missing]
    turns = sum(len(ticket.segments) for ticket in tickets)
    return Comparison(len(tickets), turns, tuple(found))


def _of_ticket(ticket: HelpdeskTicket, ledger: Ledger, after: timedelta) -> Iterator[Finding]:
    for segment in ticket.segments:
        turn = ledger.turn(ticket.id, segment.turn)
        is_newest = segment.turn == len(ticket.segments)
        for kind, detail in _of_turn(segment, turn, ledger, after, is_newest):
            yield Finding(ticket.id, segment.turn, kind, detail)


Found = Iterator[tuple[Kind, str]]


def _of_turn(
    segment: Segment, turn: LedgerTurn | None, ledger: Ledger, after: timedelta, is_newest: bool
) -> Found:
    yield from _in_helpdesk(segment, turn)
    if turn is None:
        yield from _unregistered(segment, is_newest)
    elif turn.state in _OPEN:
        if ledger.now - turn.registered_at >= after:
            yield (
                Kind.LOST,
                f"The ledger has it as {turn.state} since {turn.registered_at:%H:%M:%S}.",
            )
    else:
        yield from _ended(segment, turn, ledger, after, is_newest)


def _in_helpdesk(segment: Segment, turn: LedgerTurn | None) -> Found:
    """What the helpdesk alone shows to be wrong."""
    replies, notes = segment.of_bot(public=True), segment.of_bot(public=False)
    if len(replies) > 1:
        yield Kind.REPLIED_TWICE, f"Replies {_numbers(replies)}."
    if segment.human_came_first:
        yield Kind.AFTER_HUMAN, f"Replies {_numbers(replies)}."
    # once a human decided about a draft, what the machine tells agents is no further end
    decided = turn is not None and turn.review is not None and turn.review.decision is not None
    if not decided and len(replies) <= 1 and len(replies) + len(notes) > 1:
        yield Kind.TWO_ENDS, f"Replies {_numbers(replies)}, notes {_numbers(notes)}."


def _unregistered(segment: Segment, is_newest: bool) -> Found:
    """The ledger does not know the message: right only where a human took it meanwhile."""
    if segment.of_bot(public=True):
        yield Kind.NOT_IN_LEDGER, "The ledger does not know this message of the customer."
    elif is_newest and not segment.is_settled:
        yield Kind.LOST, "The ledger does not know this message of the customer."


def _ended(
    segment: Segment, turn: LedgerTurn, ledger: Ledger, after: timedelta, is_newest: bool
) -> Found:
    replies = segment.of_bot(public=True)
    if _says_sent(turn) and not replies:
        yield Kind.NOT_IN_HELPDESK, f"Its route is {turn.route}."
    if replies and not _says_sent(turn) and not _decides(turn):
        yield Kind.NOT_IN_LEDGER, f"Reply {replies[0].id}; its route is {turn.route or turn.state}."
    if replies and _differs(replies[0].comment, _recorded(turn)):
        yield Kind.DIFFERENT_REPLY, f"Reply {replies[0].id}."
    if is_newest and turn.state == "finished":
        yield from _handed_over(segment, turn, ledger, after)


def _handed_over(segment: Segment, turn: LedgerTurn, ledger: Ledger, after: timedelta) -> Found:
    """A human has it: somebody must have told them why, and what they decided must happen."""
    old = turn.finished_at is not None and ledger.now - turn.finished_at >= after
    told = segment.of_bot(public=False) or segment.of_bot(public=True) or segment.is_settled
    if turn.route != "auto_sent" and old and not told:
        yield Kind.UNMARKED, f"Its route is {turn.route}."
    review = turn.review
    if review is None or review.decided_at is None or review.applied_at is not None:
        return
    if ledger.now - review.decided_at >= after:
        yield Kind.LOST, f"A human decided {review.decision}; it was never carried out."


def _says_sent(turn: LedgerTurn) -> bool:
    return turn.state == "finished" and turn.route == "auto_sent"


def _decides(turn: LedgerTurn) -> bool:
    """Whether a human's decision, or the late word of a run that was superseded, explains it."""
    late = turn.state == "superseded" and turn.route == "auto_sent"
    return late or (turn.review is not None and turn.review.sends)


def _recorded(turn: LedgerTurn) -> str | None:
    if turn.review is not None and turn.review.sends:
        return turn.review.reply
    return turn.draft


def _differs(shown: str, recorded: str | None) -> bool:
    """Whether two texts have different hashes; where nothing is recorded they do not."""
    return recorded is not None and _hash(shown) != _hash(recorded)


def _hash(text: str) -> str:
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()


def _numbers(entries: Iterable[object]) -> str:
    return ", ".join(str(getattr(each, "id", each)) for each in entries) or "none"


def _finding(number: int, turn: int, kind: Kind) -> Finding:
    return Finding(number, turn, kind, EXPLAINED[kind])
