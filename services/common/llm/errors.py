"""What can go wrong with a model call.

ModelError                 (Unavailable, 503)
├── ModelUnavailable       unreachable, 429, 529, 5xx, after the SDK's retries
├── ModelRefused           stop reason `refusal`
├── ModelTruncated         stop reason `max_tokens`
├── ModelAnswerInvalid     does not fit the schema
└── ModelRejected          400, 401, 403, 404, 413: our call or configuration is wrong
"""

from services.common.errors import Unavailable


class ModelError(Unavailable):
    """No usable answer from this model; another provider or a human may still help."""

    code = "model_error"


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
