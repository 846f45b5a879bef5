"""The one boundary where ticket text leaves for a language model.

Services ask `build_models` for their models and speak to them through `ChatModel` only.
"""

from services.common.llm.build import build_model, build_models
from services.common.llm.errors import (
    ModelAnswerInvalid,
    ModelError,
    ModelRefused,
    ModelRejected,
    ModelTruncated,
    ModelUnavailable,
)
from services.common.llm.fallback import FallbackModel
from services.common.llm.protocol import Answer, ChatModel, Completion, Prompt
from services.common.llm.providers import Effort, Provider, ProviderMisconfigured, provider_order
from services.common.llm.settings import ModelSettings
from services.common.llm.spending import Spending, spending
from services.common.llm.untrusted import delimit, new_nonce

__all__ = [
    "Answer",
    "ChatModel",
    "Completion",
    "Effort",
    "FallbackModel",
    "ModelAnswerInvalid",
    "ModelError",
    "ModelRefused",
    "ModelRejected",
    "ModelSettings",
    "ModelTruncated",
    "ModelUnavailable",
    "Prompt",
    "Provider",
    "ProviderMisconfigured",
    "Spending",
    "build_model",
    "build_models",
    "delimit",
    "new_nonce",
    "provider_order",
    "spending",
]
