"""Errors of the store_correction service.

NotFound
└── CorrectionNotFound   404
Conflict
├── CorrectionChanged    409, it reads differently than the caller has read
└── NothingToDecide      409, saying why
Unprocessable
└── UnknownCategory      422, listing the known ones
"""

from services.common.errors import Conflict, NotFound, Unprocessable


class CorrectionNotFound(NotFound):
    """No correction has this id."""

    code = "correction_not_found"


class CorrectionChanged(Conflict):
    """Somebody changed the resolution after the caller had read it."""

    code = "correction_changed"


class NothingToDecide(Conflict):
    """The correction is neither contradicted nor stale; somebody may have decided meanwhile."""

    code = "nothing_to_decide"


class UnknownCategory(Unprocessable):
    """The category has no policy, so no ticket could ever be classified as it."""

    code = "unknown_category"
