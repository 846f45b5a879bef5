"""Evidence: help documents and past corrections that speak to a ticket."""

from typing import Literal

from pydantic import Field

from services.contracts.base import Contract, Identifier, Probability
from services.contracts.classification import Spent
from services.contracts.ticket import Ticket


class RetrieveRequest(Contract):
    """Body of `POST /retrieve`."""

    ticket: Ticket
    category: Identifier | None = None
    language: str | None = Field(default=None, max_length=35)
    documents: int = Field(default=5, ge=0, le=50)
    corrections: int = Field(default=3, ge=0, le=50)
    min_similarity: Probability = 0.78


class Document(Contract):
    """One section of a help article, with the article's title."""

    id: Identifier = Field(description="<document id>#<part>")
    title: str
    section: str
    text: str
    url: str
    score: Probability = Field(description="Cosine similarity with the ticket, 0..1.")


class Correction(Contract):
    """How a human resolved a similar ticket."""

    id: Identifier
    summary: str
    ticket_text: str
    resolution: str
    category: Identifier
    similarity: Probability


class LearnedAnswer(Contract):
    """What the answer model, fitted from the corrections, takes for the right answer."""

    correction_ids: list[Identifier] = Field(
        min_length=1, description="Those of the corrections found that give this answer."
    )
    probability: Probability = Field(description="That it is the right one.")
    version: int = Field(ge=1, description="Of the answer model.")


class Evidence(Contract):
    """Answer of `POST /retrieve`; `answer`, `held_out` and `spent` are left out where unused."""

    documents: list[Document]
    corrections: list[Correction]
    corrections_in_category: int = Field(ge=0)
    embedding_model: str
    answer: LearnedAnswer | None = None
    held_out: bool | None = Field(
        default=None,
        description="While a hold-out is running: whether this ticket is drafted without "
        "corrections, to measure what they bring.",
    )
    spent: Spent | None = Field(
        default=None,
        description="What translating the question, and a vendor's embeddings, were billed for.",
    )


class HelpDocument(Contract):
    """Body of `PUT /documents/{id}`: one help article."""

    title: str = Field(min_length=1, max_length=500)
    text: str = Field(min_length=1)
    format: Literal["markdown", "html"] = "markdown"
    url: str = Field(default="", max_length=2000)
    category: Identifier | None = None
    locale: str | None = Field(default=None, max_length=35)


class StoredDocument(Contract):
    """What is known of a stored help article."""

    id: Identifier
    title: str
    url: str
    category: str | None
    locale: str | None
    parts: int = Field(ge=0)
    embedding_model: str
    updated_at: str


class DocumentStored(Contract):
    """Answer of `PUT /documents/{id}`."""

    id: Identifier
    parts: int = Field(ge=0)
    embedded: int = Field(ge=0, description="Parts embedded anew; the rest was unchanged.")
    removed: int = Field(ge=0)


class DocumentList(Contract):
    """Answer of `GET /documents`."""

    documents: list[StoredDocument]
    total: int = Field(ge=0)
