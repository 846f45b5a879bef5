"""Read the demo's tickets."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

TICKETS = Path(__file__).parent / "tickets.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoRequester(_Strict):
    """The customer."""

    name: str
    email: str


class DemoTicket(_Strict):
    """One ticket, or with `follows` a customer's answer on that ticket."""

    key: str
    kind: str
    expect: Literal["auto_or_review", "human", "any"]
    requester: DemoRequester
    subject: str
    body: str
    follows: str | None = None
    repeat_text: str = ""
    repeat_times: int = Field(default=0, ge=0)

    @property
    def text(self) -> str:
        """The whole message."""
        return self.body + self.repeat_text * self.repeat_times

    def email(self, run: int) -> str:
        """The customer's address in the `run`-th demo of this clone.

        Later runs have other customers, who do not ask for the second and third time.
        """
        if run <= 1:
            return self.requester.email
        name, _, domain = self.requester.email.partition("@")
        return f"{name}+{run}@{domain}"


class DemoTickets(_Strict):
    """The file."""

    tickets: list[DemoTicket]

    @model_validator(mode="after")
    def _keys_and_parents(self) -> Self:
        earlier: set[str] = set()
        for ticket in self.tickets:
            if ticket.key in earlier:
                raise ValueError(f"two tickets are called {ticket.key}")
            if ticket.follows and ticket.follows not in earlier:
                raise ValueError(f"{ticket.key} follows {ticket.follows}, which is not before it")
            earlier.add(ticket.key)
        return self


def load_tickets(path: Path = TICKETS) -> list[DemoTicket]:
    """Read and check the file.

    Raises
    ------
    pydantic.ValidationError
        Where a field is missing or wrong, a key is used twice or a parent does not come before.
    """
    return DemoTickets.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).tickets
