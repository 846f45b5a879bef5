"""Decides what speaks to a ticket, and keeps help documents ready to be found."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.common.embeddings import Embedder
from services.common.llm import spending
from services.common.ticket_text import question_text
from services.contracts import (
    Correction,
    Document,
    DocumentList,
    DocumentStored,
    Evidence,
    HelpDocument,
    LearnedAnswer,
    RetrieveRequest,
    Spent,
    StoredDocument,
    Ticket,
)
from services.retrieve.answer_finder import AnswerFinder
from services.retrieve.errors import DocumentChanged, DocumentNotFound, EmptyDocument
from services.retrieve.holdout import is_held_out
from services.retrieve.languages import in_language, primary, text_search_configuration
from services.retrieve.ranking import fuse, prefer_language
from services.retrieve.settings import RetrieveSettings
from services.retrieve.splitter import Part, split
from services.retrieve.store import Candidate, RetrieveStore, Vector
from services.retrieve.translation import QueryTranslator

logger = structlog.get_logger(__name__)

_QUERY_CHARACTERS = 4_000
_TRIES = 3


class RetrieveService:
    """The retrieve step; usable without HTTP, as the evaluations do."""

    def __init__(
        self,
        store: RetrieveStore,
        embedder: Embedder,
        settings: RetrieveSettings | None = None,
        answers: AnswerFinder | None = None,
        translator: QueryTranslator | None = None,
    ) -> None:
        self._answers = answers
        self._translator = translator
        self._store = store
        self._embedder = embedder
        self._settings = settings or RetrieveSettings()

    async def warn_about_other_models(self) -> None:
        """Log where stored vectors are of another model: they are not found until re-embedded."""
        in_use = await self._store.models_in_use()
        others = {name: count for name, count in in_use.items() if name != self._embedder.name}
        if others:
            logger.warning("embeddings_of_other_models", model=self._embedder.name, others=others)

    async def retrieve(self, request: RetrieveRequest) -> Evidence:
        """Return help documents and corrections for a ticket, and what finding them cost."""
        with spending() as spent:
            evidence = await self._found(request)
        if spent.is_nothing:
            return evidence
        bill = Spent(usage=spent.usage, cost_usd=spent.cost_usd)
        return evidence.model_copy(update={"spent": bill})

    async def _found(self, request: RetrieveRequest) -> Evidence:
        """Return documents and corrections, the most telling first."""
        ticket = request.ticket
        text = question_text(ticket)[:_QUERY_CHARACTERS]
        if not text:
            return self._evidence([], [], await self._count_corrections(request.category))
        known = [value for value in (ticket.requester.name, ticket.requester.email) if value]
        texts = [text, *await self._translated(request, text)]
        vector, *others = await self._embedder.embed(texts, known)
        held_out = is_held_out(ticket.id, self._settings.holdout_share)
        if held_out:
            request = request.model_copy(update={"corrections": 0})
        documents, (corrections, answer), in_category = await asyncio.gather(
            self._documents(request, texts[-1], [vector, *others][-1], is_own=not others),
            self._learned_or_near(request, text, vector),
            self._count_corrections(request.category),
        )
        evidence = self._evidence(documents, corrections, in_category, answer)
        return evidence.model_copy(update={"held_out": held_out})

    async def _translated(self, request: RetrieveRequest, text: str) -> list[str]:
        """The question in the help centre's language; nothing where it is not translated."""
        if self._translator is None or not request.documents:
            return []
        language = language_of(request.ticket, request.language)
        found = await self._translator.translate(text, language, request.ticket)
        return [found] if found else []

    def _evidence(
        self,
        documents: list[Document],
        corrections: list[Correction],
        in_category: int,
        answer: LearnedAnswer | None = None,
    ) -> Evidence:
        return Evidence(
            documents=documents,
            corrections=corrections,
            corrections_in_category=in_category,
            embedding_model=self._embedder.name,
            answer=answer,
        )

    async def _learned_or_near(
        self, request: RetrieveRequest, text: str, vector: Vector
    ) -> tuple[list[Correction], LearnedAnswer | None]:
        """Corrections that give the learned answer; the nearest ones where none was learned."""
        if not request.corrections:
            return [], None
        language = primary(language_of(request.ticket, request.language))
        rows = await self._store.match_corrections(
            vector, request.category, request.corrections, request.min_similarity, language
        )
        rows = in_language(rows, language)
        answer = None
        if self._answers is not None:
            rows, answer = await self._answers.find(request, text, vector, rows, language)
        return [_correction(row) for row in rows], answer

    async def _count_corrections(self, category: str | None) -> int:
        return await self._store.corrections_in_category(category) if category else 0

    async def _documents(
        self, request: RetrieveRequest, text: str, vector: Vector, *, is_own: bool
    ) -> list[Document]:
        """`is_own`: the text is the customer's, and not a translation of it."""
        if not request.documents:
            return []
        spoken = language_of(request.ticket, request.language)
        language = spoken if is_own else self._settings.knowledge_language
        limit = max(self._settings.candidates, request.documents)
        configuration = text_search_configuration(language)
        nearest, by_words = await asyncio.gather(
            self._store.nearest_parts(vector, limit),
            self._store.parts_by_words(text, configuration, vector, limit),
        )
        searches = [(1.0, nearest), (self._settings.text_weight, by_words)]
        fused = fuse(searches, self._settings.rank_constant)
        ranked = prefer_language(fused, language, self._settings.language_margin)
        return [_document(candidate) for candidate in ranked[: request.documents]]

    async def put_document(self, document_id: str, document: HelpDocument) -> DocumentStored:
        """Split, embed what changed, and store a help document in place of its former version.

        Raises
        ------
        EmptyDocument
            Where nothing of the text is visible.
        """
        parts = await asyncio.to_thread(split, document.title, document.text, document.format)
        if not parts:
            raise EmptyDocument("The text holds nothing to read: only markup or front matter.")
        configuration = text_search_configuration(document.locale)
        for _ in range(_TRIES):
            fresh = await self._embed_changed(document_id, parts)
            removed = await self._store.put_document(
                document_id, document, parts, fresh, configuration
            )
            if removed is not None:
                embedded = sum(part.text_hash in fresh for part in parts)
                return DocumentStored(
                    id=document_id, parts=len(parts), embedded=embedded, removed=removed
                )
        raise DocumentChanged("The document is being stored by others at the same time.")

    async def _embed_changed(
        self, document_id: str, parts: Sequence[Part]
    ) -> Mapping[str, Sequence[Vector]]:
        hashes = [part.text_hash for part in parts]
        known = await self._store.embedded_hashes(document_id, hashes)
        changed = {part.text_hash: part for part in parts if part.text_hash not in known}
        windows = [window for part in changed.values() for window in part.windows]
        vectors = iter(await self._embedder.embed(windows) if windows else [])
        return {key: [next(vectors) for _ in part.windows] for key, part in changed.items()}

    async def delete_document(self, document_id: str) -> None:
        """Forget a help document; raises `DocumentNotFound` where there is none."""
        if not await self._store.delete_document(document_id):
            raise DocumentNotFound(f"There is no document '{document_id}'.")

    async def list_documents(self, limit: int, offset: int) -> DocumentList:
        """Return one page of what is stored, in the order of the ids."""
        rows, total = await self._store.list_documents(limit, offset)
        documents = [
            StoredDocument(**{**row, "updated_at": row["updated_at"].isoformat()}) for row in rows
        ]
        return DocumentList(documents=documents, total=total)


def language_of(ticket: Ticket, detected: str | None) -> str | None:
    """Return the best guess at the language the customer reads: what they wrote in comes first."""
    if detected and detected != "und":
        return detected
    return ticket.locale or ticket.requester.locale


def _correction(row: Mapping[str, Any]) -> Correction:
    return Correction(
        id=row["id"],
        summary=row["summary"],
        ticket_text=row["ticket_text"],
        resolution=row["human_resolution"],
        category=row["category"],
        similarity=row["similarity"],
    )


def _document(candidate: Candidate) -> Document:
    return Document(
        id=candidate.id,
        title=candidate.title,
        section=candidate.section,
        text=candidate.text,
        url=candidate.url,
        score=min(1.0, max(0.0, candidate.similarity)),
    )
