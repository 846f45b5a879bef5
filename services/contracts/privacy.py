"""Deleting what customers wrote: on request, or after a time."""

from pydantic import Field

from services.contracts.base import Contract, Identifier


class ForgetRequest(Contract):
    """Body of `POST ledger /privacy/forget`."""

    requester: Identifier = Field(description="Id or e-mail address, in any case.")


class ExpireRequest(Contract):
    """Body of `POST ledger /privacy/expire`; 0 days deletes nothing."""

    older_than_days: int = Field(ge=0, le=36_500)


class Erased(Contract):
    """What the ledger deleted, and what to look for elsewhere."""

    ticket_ids: list[str] = Field(description="Their texts are gone; the ids are kept.")
    words: list[str] = Field(description="Ids and addresses that the tickets carried.")


class ForgetCorrectionsRequest(Contract):
    """Body of `POST store_correction /privacy/forget`."""

    ticket_ids: list[Identifier] = Field(default_factory=list, max_length=100_000)
    words: list[Identifier] = Field(
        default_factory=list,
        max_length=1000,
        description="Corrections that contain one of them go, too, whatever ticket they are of.",
    )


class ErasedCorrections(Contract):
    """Which corrections were deleted, with vectors and history."""

    correction_ids: list[str]


class ForgetQuotesRequest(Contract):
    """Body of `POST ledger /privacy/quotes`: corrections that are gone."""

    correction_ids: list[Identifier] = Field(max_length=100_000)


class ErasedQuotes(Contract):
    """In how many events of other tickets the deleted corrections' words stood."""

    events: int
