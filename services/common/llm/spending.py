"""What the model calls behind one answer were billed for, whatever became of each of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

from services.contracts import ModelCall, Usage

Answer = TypeVar("Answer", bound=ModelCall)


@dataclass
class Spending:
    """The sum of all calls made while it was open; failed and repeated ones are in it."""

    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0

    def add(self, usage: Usage, cost_usd: float) -> None:
        """Count one more call."""
        self.usage += usage
        self.cost_usd += cost_usd

    @property
    def is_nothing(self) -> bool:
        """Whether no call was billed; a price that nobody knows counts as billed."""
        return self.usage == Usage() and self.cost_usd == 0

    def on(self, answer: Answer) -> Answer:
        """Write on `answer` what it cost; one that asked no model keeps its own word."""
        if self.is_nothing:
            return answer
        return answer.model_copy(update={"usage": self.usage, "cost_usd": self.cost_usd})


_open: ContextVar[Spending | None] = ContextVar("spending", default=None)


@contextmanager
def spending() -> Iterator[Spending]:
    """Count what is billed in this block, and in tasks begun in it."""
    spent = Spending()
    token = _open.set(spent)
    try:
        yield spent
    finally:
        _open.reset(token)


def note_spent(usage: Usage, cost_usd: float) -> None:
    """Count a call with the block it is made in, where there is one."""
    if (spent := _open.get()) is not None:
        spent.add(usage, cost_usd)
