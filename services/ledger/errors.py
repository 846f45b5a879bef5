"""What the ledger refuses.

DeskloopError
├── Unauthenticated        401
│   ├── InvalidSignature
│   ├── StaleWebhook
│   └── UnknownSource
├── NotFound               404
│   ├── UnknownRequester
│   ├── UnknownTicket
│   └── UnknownReview
├── Conflict               409
│   ├── AlreadyClaimed
│   ├── AlreadyFinished
│   ├── AlreadyDecided
│   ├── LeaseLost
│   ├── NotStarted
│   └── ReviewSuperseded
└── Unprocessable          422
    ├── ReplyMissing
    ├── ReplyUnexpected
    └── UnstorableValue
"""

from services.common.errors import Conflict, NotFound, Unauthenticated, Unprocessable
from services.contracts.ledger_answers import Claim


class InvalidSignature(Unauthenticated):
    """The webhook was not signed with the source's secret."""

    code = "invalid_signature"


class StaleWebhook(Unauthenticated):
    """The webhook's time stamp is too far from now: a replay, or a wrong clock."""

    code = "stale_webhook"


class UnknownSource(Unauthenticated):
    """There is no secret for the source."""

    code = "unknown_source"


class UnknownTicket(NotFound):
    """The ticket was never registered."""

    code = "unknown_ticket"


class UnknownRequester(NotFound):
    """The ledger never had a ticket of this requester."""

    code = "unknown_requester"


class UnknownReview(NotFound):
    """There is no such review."""

    code = "unknown_review"


class AlreadyClaimed(Conflict):
    """The action was claimed before; `claim` says when, and whether it surely happened."""

    code = "already_claimed"

    def __init__(self, claim: Claim) -> None:
        state = "confirmed" if claim.confirmed else "not confirmed"
        super().__init__(f"Claimed at {claim.claimed_at.isoformat()}, {state}.")
        self.claim = claim


class AlreadyFinished(Conflict):
    """The turn ended with another route."""

    code = "already_finished"


class AlreadyDecided(Conflict):
    """Somebody decided on the review before."""

    code = "already_decided"


class LeaseLost(Conflict):
    """The execution does not hold the ticket's lease any more."""

    code = "lease_lost"


class NotStarted(Conflict):
    """No execution has begun to work on the turn."""

    code = "not_started"


class ReviewSuperseded(Conflict):
    """The customer wrote again, so the draft answers an old message."""

    code = "review_superseded"


class ReplyMissing(Unprocessable):
    """The decision needs a reply: an edit without text, or an approval without a draft."""

    code = "reply_missing"


class ReplyUnexpected(Unprocessable):
    """A reply came with a decision that sends none, or another than the approved draft."""

    code = "reply_unexpected"


class UnstorableValue(Unprocessable):
    """A value that JSON in the database cannot hold."""

    code = "unstorable_value"
