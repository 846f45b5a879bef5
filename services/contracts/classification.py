"""What the classify step says of a ticket."""

from enum import StrEnum

from pydantic import Field

from services.contracts.base import Contract, Identifier, Milliseconds, Probability
from services.contracts.ticket import Ticket


class Urgency(StrEnum):
    """How fast a human would have to look at it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low … 3 for critical, for comparing."""
        return list(Urgency).index(self)


class Sentiment(StrEnum):
    """The customer's tone; negative but calm is `neutral`."""

    NEUTRAL = "neutral"
    FRUSTRATED = "frustrated"
    POSITIVE = "positive"


class Usage(Contract):
    """Tokens a model call was billed for."""

    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cache_read_tokens: int = Field(default=0, ge=0)
    cache_write_tokens: int = Field(default=0, ge=0)

    def __add__(self, other: "Usage") -> "Usage":
        """Return both together."""
        one, two = self.model_dump(), other.model_dump()
        return Usage(**{kind: one[kind] + two[kind] for kind in one})


class Spent(Contract):
    """What the model calls behind an answer were billed for."""

    usage: Usage
    cost_usd: float = Field(ge=0)


class ModelCall(Contract):
    """Who produced an answer, for how much and how fast."""

    provider: str
    model: str
    usage: Usage
    cost_usd: float = Field(ge=0)
    latency_ms: Milliseconds


class ClassifyRequest(Contract):
    """Body of `POST /classify`."""

    ticket: Ticket


class Classification(ModelCall):
    """Answer of `POST /classify`."""

    category: Identifier
    intent: Identifier
    urgency: Urgency
    sentiment: Sentiment
    language: str = Field(min_length=2, max_length=35, description="BCP 47; `und` if unknown")
    confidence: Probability
    requires_human: bool
    reasoning: str = Field(description="One sentence.")
