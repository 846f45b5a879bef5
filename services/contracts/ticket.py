"""The ticket: what a customer asked, in the helpdesk-neutral form every step receives."""

from enum import StrEnum
from typing import Any, Self

from pydantic import AwareDatetime, Field, model_validator

from services.contracts.base import Contract, Identifier


class Author(StrEnum):
    """Who wrote a turn of the conversation."""

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"


class Turn(Contract):
    """One message of the conversation before (and not including) the ticket's body."""

    author: Author
    body: str
    at: AwareDatetime


class Requester(Contract):
    """The customer who asks."""

    id: Identifier
    email: str | None = Field(default=None, max_length=320)
    name: str | None = Field(default=None, max_length=200)
    locale: str | None = Field(default=None, max_length=35, description="BCP 47")


class Ticket(Contract):
    """A customer's request; `body` is the newest customer message, `thread` what came before."""

    id: Identifier = Field(description="<source>:<external id>", examples=["django-helpdesk:42"])
    source: Identifier = Field(examples=["django-helpdesk"])
    subject: str
    body: str
    thread: list[Turn] = Field(default_factory=list, max_length=500)
    requester: Requester
    locale: str | None = Field(default=None, max_length=35, description="BCP 47")
    created_at: AwareDatetime
    metadata: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _id_names_source(self) -> Self:
        prefix = f"{self.source}:"
        if not self.id.startswith(prefix) or self.id == prefix:
            raise ValueError(f"id must be '{prefix}<external id>', got '{self.id}'")
        return self
