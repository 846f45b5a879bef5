"""What a model call costs, from a dated data file that an operator can override."""

import json
import re
from pathlib import Path

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.contracts import Usage

logger = structlog.get_logger(__name__)

_BUILT_IN = Path(__file__).with_name("prices.json")
_SNAPSHOT = re.compile(r"-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$")


class LongPrompt(BaseModel):
    """Prompts over `above_tokens` cost `factor` times as much."""

    model_config = ConfigDict(extra="forbid")

    above_tokens: int = Field(gt=0)
    factor: float = Field(gt=0)


class Price(BaseModel):
    """US dollars per million tokens."""

    model_config = ConfigDict(extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cache_read: float = Field(ge=0)
    cache_write: float = Field(ge=0)
    long_prompt: LongPrompt | None = None

    def cost(self, usage: Usage) -> float:
        """US dollars for `usage`."""
        dollars = (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + usage.cache_write_tokens * self.cache_write
        ) / 1_000_000
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        long = self.long_prompt is not None and prompt > self.long_prompt.above_tokens
        return dollars * self.long_prompt.factor if self.long_prompt and long else dollars


class PriceList(BaseModel):
    """Prices by model name, as they were on the day `as_of`."""

    as_of: str
    models: dict[str, Price]

    @classmethod
    def load(cls, override: Path | None = None) -> "PriceList":
        """The built-in prices, with those of the operator's file laid over them.

        Raises
        ------
        ValueError
            The operator's file cannot be read or has another layout; the message names it.
        """
        prices = cls.model_validate_json(_BUILT_IN.read_text())
        if override is None:
            return prices
        try:
            own = cls.model_validate(json.loads(override.read_text()))
        except (OSError, ValueError, ValidationError) as error:
            raise ValueError(f"DESKLOOP_LLM_PRICES_FILE '{override}': {error}") from error
        return cls(as_of=own.as_of, models={**prices.models, **own.models})

    def cost(self, model: str, usage: Usage) -> float:
        """US dollars for `usage`; 0 with a warning in the log where the price is unknown."""
        price = self.models.get(model) or self.models.get(_SNAPSHOT.sub("", model))
        if price is None:
            logger.warning("price_unknown", model=model)
            return 0.0
        return price.cost(usage)
