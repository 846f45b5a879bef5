"""What humans found of the machine's drafts and answers, as the ledger gives it to be learned."""

from pydantic import Field

from services.contracts.advice import ReviewedOutcome
from services.contracts.base import Contract


class ReviewedOutcomes(Contract):
    """Answer of `GET /outcomes/reviewed`: one page, the oldest finding first."""

    outcomes: list[ReviewedOutcome]
    total: int = Field(ge=0)
    next_offset: int | None = Field(ge=0, description="Null on the last page.")
