"""Errors of the embedding providers.

Unavailable
└── EmbeddingsUnavailable    503, with Retry-After
"""

from services.common.errors import Unavailable


class EmbeddingsUnavailable(Unavailable):
    """The embedding provider cannot be reached, is overloaded, or refused the call."""

    code = "embeddings_unavailable"
