"""Errors of the retrieve service.

NotFound
└── DocumentNotFound     404
Unprocessable
└── EmptyDocument        422
Conflict
└── DocumentChanged      409, with Retry-After
"""

from services.common.errors import Conflict, NotFound, Unprocessable


class DocumentNotFound(NotFound):
    """No help document has this id."""

    code = "document_not_found"


class EmptyDocument(Unprocessable):
    """A help document whose text is only markup or front matter."""

    code = "empty_document"


class DocumentChanged(Conflict):
    """Somebody else kept storing the same document at the same time."""

    code = "document_changed"
    retry_after = 1.0
