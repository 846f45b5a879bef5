"""Webhooks that could not be taken in: what a human sees of them."""

from typing import Any

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract, Identifier


class WebhookFailureRequest(Contract):
    """Body of `POST ledger /webhooks/failures`."""

    source: Identifier
    workflow: Identifier = Field(description="The workflow that could not go on.")
    step: Identifier = Field(description="Its node that failed.")
    reason: str = Field(max_length=300)
    shape: dict[str, Any] = Field(
        description="The payload with each value replaced by the name of its type."
    )


class WebhookFailure(WebhookFailureRequest):
    """The same failure of the same shape is one row, counted."""

    id: int
    times: int = Field(ge=1)
    first_at: AwareDatetime
    last_at: AwareDatetime


class WebhookFailures(Contract):
    """Answer of `GET ledger /webhooks/failures`: the latest first."""

    failures: list[WebhookFailure]
    total: int = Field(ge=0)
