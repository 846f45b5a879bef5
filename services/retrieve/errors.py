"""Errors of the retrieve service.

NotFound
├── DocumentNotFound     404
├── NoHelpFolder         404
└── UnknownAnswerModel   404
Unprocessable
└── EmptyDocument        422
Conflict
├── DocumentChanged      409, with Retry-After
├── OtherSource          409: the article came from another help centre
├── TooManyGone          409: a sync would remove more than it may
├── TooFewCorrections    409: the answer model cannot be fitted yet
└── MixedEmbeddings      409: corrections were embedded with several models
"""

from services.common.errors import Conflict, NotFound, Unprocessable


class NoHelpFolder(NotFound):
    """No folder of help articles is set, or it is not there."""

    code = "no_help_folder"


class OtherSource(Conflict):
    """An article of this id came from another help centre."""

    code = "other_source"


class TooManyGone(Conflict):
    """So many articles would be removed at once that their list is more likely broken."""

    code = "too_many_gone"


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


class TooFewCorrections(Conflict):
    """The answer model needs more solved tickets; the text says how many."""

    code = "too_few_corrections"


class MixedEmbeddings(Conflict):
    """Corrections were embedded with another model than the configured one."""

    code = "mixed_embeddings"


class UnknownAnswerModel(NotFound):
    """There is no answer model of this version."""

    code = "answer_model_not_found"
