"""The drafted reply, with the sources that carry it."""

from pydantic import Field

from services.contracts.base import Contract, Identifier, Probability
from services.contracts.classification import Classification, ModelCall
from services.contracts.retrieval import Correction, Document
from services.contracts.ticket import Ticket


class DraftRequest(Contract):
    """Body of `POST /draft` and `POST /draft/stream`."""

    ticket: Ticket
    classification: Classification
    documents: list[Document] = Field(max_length=50)
    corrections: list[Correction] = Field(max_length=50)
    guidelines: str | None = Field(
        default=None, description="Replaces the guidelines file of the ticket's language."
    )


class Citation(Contract):
    """A verbatim quote from a document or correction that carries part of the reply."""

    source_id: Identifier
    quote: str = Field(min_length=1)


class Draft(ModelCall):
    """Answer of `POST /draft`; an abstention has an empty reply and says why in `findings`."""

    reply: str
    confidence: Probability
    citations: list[Citation]
    abstained: bool
    findings: list[str] = Field(description="For the agent: what was found and what is missing.")
    language: str = Field(min_length=2, max_length=35)
