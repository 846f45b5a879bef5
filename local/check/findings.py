"""What can be wrong with a ticket, in the words of the report."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """One way in which a promise was broken."""

    LOST = "lost"
    UNMARKED = "human_without_mark"
    TWO_ENDS = "two_ends"
    REPLIED_TWICE = "replied_twice"
    AFTER_HUMAN = "reply_after_human"
    NOT_IN_HELPDESK = "sent_only_in_ledger"
    NOT_IN_LEDGER = "sent_only_in_helpdesk"
    DIFFERENT_REPLY = "different_reply"
    UNKNOWN_TICKET = "ticket_only_in_ledger"


EXPLAINED = {
    Kind.LOST: "It has no end although its time is over.",
    Kind.UNMARKED: "It is with a human, but the helpdesk shows no word of why.",
    Kind.TWO_ENDS: "It was both answered and handed to a human, or handed over twice.",
    Kind.REPLIED_TWICE: "The machine replied twice to the same message of the customer.",
    Kind.AFTER_HUMAN: "The machine replied although a human had answered or closed it.",
    Kind.NOT_IN_HELPDESK: "The ledger says that a reply was sent; the helpdesk has none.",
    Kind.NOT_IN_LEDGER: "The helpdesk has a reply by the machine; the ledger says none was sent.",
    Kind.DIFFERENT_REPLY: "The reply in the helpdesk is not the one that the ledger recorded.",
    Kind.UNKNOWN_TICKET: "The ledger knows a ticket that the helpdesk does not have.",
}


@dataclass(frozen=True)
class Finding:
    """One broken promise."""

    ticket: int
    turn: int
    kind: Kind
    detail: str
