"""What another threshold would have done: the ledger's answer from what it remembers."""

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract
from services.contracts.ledger_answers import Interval


class Simulation(Contract):
    """Answer of `GET /metrics/simulation`: drafts of the span, judged by what humans did."""

    since: AwareDatetime
    until: AwareDatetime
    category: str | None
    language: str | None = Field(default=None, description="Only this one; null: all.")
    threshold: float
    decided: int = Field(description="Questions of the span that got as far as a checked draft.")
    sent: int = Field(description="Of those, sent automatically as things were.")
    would_send: int = Field(description="Of those, with at least this probability and unblocked.")
    share: Interval = Field(description="`would_send` of `decided`.")
    judged: int = Field(description="Of `would_send`, those of which it is known.")
    wrong: Interval = Field(
        description="Of the judged: edited, rejected, labelled wrong, contested."
    )
