"""What the ledger answers about resolution: one denominator, intervals, nothing flattering."""

from datetime import timedelta

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract
from services.contracts.ledger_answers import Interval, Seconds

UNCONTESTED_AFTER = timedelta(hours=72)
DURABLE_AFTER = timedelta(days=7)


class Rung(Contract):
    """How many of all answered questions came this far, with its share of all of them."""

    count: int
    of_all: Interval


class Ladder(Contract):
    """What became of the questions that are old enough to tell; every share is of `questions`."""

    questions: int = Field(description="Customer turns with an end, at least seven days old.")
    sent: Rung = Field(description="Answered by the machine alone.")
    uncontested: Rung = Field(description="… and nobody objected within 72 hours.")
    confirmed: Rung = Field(description="… and the customer or their rating said it helped.")
    durable: Rung = Field(description="Sent, and nobody objected within seven days.")
    reopened: Rung = Field(description="Sent, and the customer came back within seven days.")
    wrongly_sent_known: int = Field(description="Of the sent, those a reviewer labelled wrong.")


class Escalation(Contract):
    """Who got a human without need, and who should have got one."""

    escalated: int
    judged: int = Field(description="Of those, reviews decided and drafts compared with a reply.")
    needless: Interval = Field(description="False positives: the draft was sent unchanged.")
    automatic: int
    sampled: int = Field(description="Automatic answers that a reviewer judged, blind.")
    missed: Interval = Field(description="False negatives, weighted by the strata of the sample.")
    accuracy: Interval = Field(description="Share of all questions on the right way.")


class Satisfaction(Contract):
    """CSAT; satisfied is a score of 0.75 or more."""

    ratings: int
    mean: float | None
    satisfied: Interval


class Costs(Contract):
    """US dollars; failed attempts are counted wherever a model was paid."""

    total_usd: float
    per_question_usd: float | None
    per_durable_usd: float | None = Field(description="All that was spent, over what lasted.")
    cached_token_share: float | None = Field(description="Of the tokens read by models.")


class Resolution(Contract):
    """Answer of `GET /metrics/resolution`."""

    since: AwareDatetime
    until: AwareDatetime
    language: str | None = Field(default=None, description="Only this one; null: all.")
    too_young: int = Field(description="Questions of the span left out: under seven days old.")
    ladder: Ladder
    categories: dict[str, Ladder]
    languages: dict[str, Ladder] = Field(
        default_factory=dict, description="By primary language tag."
    )
    escalation: Escalation
    csat_automatic: Satisfaction
    csat_human: Satisfaction
    first_response_automatic: Seconds
    first_response_human: Seconds
    costs: Costs
