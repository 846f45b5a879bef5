"""What can go wrong with a model call.

ModelError                 (Unavailable, 503)
├── ModelUnavailable       unreachable, 429, 529, 5xx, after the SDK's retries
├── ModelRefused           stop reason `refusal`
├── ModelTruncated         stop reason `max_tokens`
├── ModelAnswerInvalid     does not fit the schema
└── ModelRejected          400, 401, 403, 404, 413: our call or configuration is wrong
"""

from typing import Self

from services.common.errors import Unavailable
from services.contracts import Usage


class ModelError(Unavailable):
    """No usable answer from this model; another provider or a human may still help.

    `usage` and `cost_usd` are what the failed call was billed for.
    """

    code = "model_error"
    usage: Usage = Usage()
    cost_usd: float = 0.0

    def billed(self, usage: Usage, cost_usd: float) -> Self:
        """The same error, knowing what it cost."""
        self.usage, self.cost_usd = usage, cost_usd
        return self


class ModelUnavailable(ModelError):
    """The vendor cannot be reached or is overloaded."""

    code = "model_unavailable"


class ModelRefused(ModelError):
    """The model declined to answer."""

    code = "model_refused"


class ModelTruncated(ModelError):
    """The answer was cut off at `max_tokens`."""

    code = "model_truncated"


class ModelAnswerInvalid(ModelError):
    """The answer does not fit the asked-for schema."""

    code = "model_answer_invalid"


class ModelRejected(ModelError):
    """The vendor refuses the call itself: wrong key, unknown model, prompt too long."""

    code = "model_rejected"
