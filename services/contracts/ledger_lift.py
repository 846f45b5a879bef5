"""What corrections bring: tickets drafted with them beside a hold-out drafted without."""

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract
from services.contracts.ledger_answers import Interval


class LiftArm(Contract):
    """The tickets of one side."""

    tickets: int = Field(ge=0)
    sent: Interval = Field(description="Of the tickets, those answered automatically.")
    resolved: Interval = Field(
        description="Of the tickets, those answered automatically and not found wrong."
    )
    wrong: Interval = Field(description="Of the automatic answers that were judged.")


class Lift(Contract):
    """Answer of `GET /metrics/lift`; only tickets decided while a hold-out was running."""

    since: AwareDatetime
    until: AwareDatetime
    language: str | None = Field(default=None, description="Only this one; null: all.")
    with_corrections: LiftArm
    without: LiftArm
    difference: Interval = Field(
        description="`resolved` with minus without, in shares; its 95 % interval is Newcombe's."
    )
    verdict: str = Field(description="In words: what they bring, or that nothing is shown.")
