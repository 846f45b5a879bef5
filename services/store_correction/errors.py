"""Errors of the store_correction service.

NotFound
└── CorrectionNotFound   404
Unprocessable
└── UnknownCategory      422, listing the known ones
"""

from services.common.errors import NotFound, Unprocessable


class CorrectionNotFound(NotFound):
    """No correction has this id."""

    code = "correction_not_found"


class UnknownCategory(Unprocessable):
    """The category has no policy, so no ticket could ever be classified as it."""

    code = "unknown_category"
