"""Decides what is stored of a correction, what is wrong with it, and how it relates to others."""

import asyncio
import hashlib
from collections.abc import Sequence
from uuid import UUID

import structlog

from services.common.embeddings import Embedder
from services.common.letters import body_of
from services.common.ticket_text import clean_message
from services.contracts import (
    CorrectionChange,
    CorrectionDecisionRequest,
    CorrectionList,
    CorrectionPatch,
    CorrectionStored,
    CorrectionVerdict,
    Quality,
    StoreCorrectionRequest,
    StoredCorrection,
)
from services.store_correction import life, store_life, summary
from services.store_correction.comparison import Relation, relation
from services.store_correction.errors import CorrectionChanged, CorrectionNotFound, UnknownCategory
from services.store_correction.language import language_of
from services.store_correction.quality import is_too_short, personal_data
from services.store_correction.settings import StoreCorrectionSettings
from services.store_correction.store import Changes, CorrectionStore, Filters, NewCorrection, Vector
from services.store_correction.unchanged import reads_the_same

logger = structlog.get_logger(__name__)

_EMBEDDED_CHARACTERS = 4_000


class CorrectionService:
    """The store_correction step; usable without HTTP."""

    def __init__(
        self,
        store: CorrectionStore,
        embedder: Embedder,
        settings: StoreCorrectionSettings | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings or StoreCorrectionSettings()

    async def add(
        self, request: StoreCorrectionRequest, agent_id: str | None = None
    ) -> CorrectionStored:
        """Store a correction once; the same one sent again changes nothing.

        Raises
        ------
        UnknownCategory
            Where there are policies, but none for this category.
        """
        await self._require_known(request.category)
        request = request.model_copy(update={"verdict": _verdict(request)})
        content_hash = _content_hash(
            request.ticket_text, request.human_resolution or request.ai_draft
        )
        if known := await self._repetition(request, content_hash):
            return known
        new = await self._prepared(request, content_hash)
        cited = await self._store.categories_of(life.cited_corrections(request.citations))
        agent = agent_id or request.agent_id
        async with self._store.changing([request.category, *cited], agent) as change:
            stored_id, wrong = await self._take_in(change, new, request)
        if stored_id is None:  # sent twice at the same moment
            return await self._repetition(request, content_hash) or _gone(request.ticket_id)
        stored = await self.get(UUID(stored_id))
        logger.info(
            "correction_stored",
            verdict=stored.verdict.value,
            duplicate=stored.duplicate_of is not None,
            quality=[each.value for each in stored.quality],
        )
        if wrong:
            logger.warning("corrections_never_right", corrections=wrong)
        return _answer(stored, stored=True, deactivated=wrong)

    async def _take_in(
        self, change: Changes, new: NewCorrection, request: StoreCorrectionRequest
    ) -> tuple[str | None, list[str]]:
        """Store it and what it says of others; returns its id, and whom it proved wrong."""
        stored_id = await change.insert(new)
        if stored_id is None:
            return None, []
        if request.verdict is not CorrectionVerdict.REJECTED:
            await life.keep_sources(change, stored_id, request.citations)
        await self.settle(change, stored_id)
        wrong = await life.judge_cited(
            change,
            request.citations,
            request.ticket_id,
            request.verdict,
            self._settings.never_right_tickets,
        )
        await self._compare_anew(change, wrong)
        return stored_id, wrong

    async def _compare_anew(self, change: Changes, correction_ids: Sequence[str]) -> None:
        """Cut these corrections' relations, and find all that were affected their new ones."""
        affected = [other for one in correction_ids for other in await change.release(one)]
        for other in dict.fromkeys(affected):
            await self.settle(change, other)

    async def _require_known(self, category: str) -> None:
        known = await self._store.known_categories()
        if known and category not in known:
            raise UnknownCategory(f"Unknown category '{category}'; known: {', '.join(known)}.")

    async def _repetition(
        self, request: StoreCorrectionRequest, content_hash: str
    ) -> CorrectionStored | None:
        row = await self._store.by_content(request.ticket_id, request.agent_id, content_hash)
        return _answer(StoredCorrection(**row), stored=False) if row else None

    async def _prepared(self, request: StoreCorrectionRequest, content_hash: str) -> NewCorrection:
        texts = request.ticket_text, request.human_resolution
        quality, withheld = await self._quality(*texts)
        question: Vector | None = None
        resolution: Vector | None = None
        if request.human_resolution:
            question, resolution, sentence = await self._embedded(*texts)
        else:  # a rejected draft is never evidence, so nobody needs to find it
            sentence = summary.shortened(summary.sentences(request.ai_draft)[0])
        return NewCorrection(
            **request.model_dump(exclude={"citations"}),
            summary=sentence,
            quality=quality,
            withheld=withheld,
            embedding=question,
            resolution_embedding=resolution,
            content_hash=content_hash,
            language=language_of(request.ticket_text, request.human_resolution),
        )

    async def _embedded(self, question: str, resolution: str) -> tuple[Vector, Vector, str]:
        """Return the vectors of both texts, and the summary."""
        candidates = summary.sentences(resolution)
        texts = [clean_message(question), clean_message(resolution), *candidates]
        vectors = await self._embedder.embed([text[:_EMBEDDED_CHARACTERS] for text in texts])
        asked, said, *rest = vectors
        return asked, said, summary.choose(candidates, rest, asked, said)

    async def _quality(self, question: str, resolution: str) -> tuple[list[Quality], bool]:
        """Return the flags, and whether the resolution must not be quoted to other customers."""
        too_short = bool(resolution) and is_too_short(resolution)
        in_question, in_resolution = await asyncio.gather(
            # greeting and sign-off of one letter are never quoted to another customer
            self._private(question),
            self._private(body_of(resolution)),
        )
        flags = []
        if too_short:
            flags.append(Quality.TOO_SHORT)
        if in_question or in_resolution:
            flags.append(Quality.PERSONAL_DATA)
        return flags, too_short or in_resolution

    async def _private(self, text: str) -> bool:
        found = await asyncio.to_thread(personal_data, text)
        return bool(set(found) - await self._store.published(found)) if found else False

    async def get(self, correction_id: UUID) -> StoredCorrection:
        """Return one correction; raises `CorrectionNotFound`."""
        row = await self._store.get(correction_id)
        if row is None:
            raise CorrectionNotFound(f"There is no correction '{correction_id}'.")
        return StoredCorrection(**row)

    async def list_corrections(self, filters: Filters, limit: int, offset: int) -> CorrectionList:
        """Return one page of the store, newest first."""
        rows, total = await self._store.list_corrections(
            filters, self._settings.unused_days, limit, offset
        )
        return CorrectionList(corrections=[StoredCorrection(**row) for row in rows], total=total)

    async def changes(self, correction_id: UUID) -> list[CorrectionChange]:
        """Return who changed what of a correction, newest first."""
        rows = await self._store.changes(correction_id)
        if not rows:
            raise CorrectionNotFound(f"There is no correction '{correction_id}'.")
        return [CorrectionChange(**row) for row in rows]

    async def patch(
        self, correction_id: UUID, patch: CorrectionPatch, agent_id: str | None
    ) -> StoredCorrection:
        """Edit, recategorise, deactivate or restore; what relates to it is looked at anew.

        Raises
        ------
        CorrectionChanged
            Where it no longer says what `patch.replaces` says.
        """
        before = await self.get(correction_id)
        if patch.category is not None:
            await self._require_known(patch.category)
        new_resolution = patch.human_resolution
        if new_resolution == before.human_resolution:
            new_resolution = None
        edit = await self._edit(before, new_resolution) if new_resolution is not None else None
        categories = [before.category, patch.category or before.category]
        async with self._store.changing(categories, agent_id) as change:
            if patch.replaces is not None:
                await _require_unchanged(change, before.id, patch.replaces)
            if edit is not None:
                await change.set_resolution(before.id, *edit)
                await life.confirm_text(change, before.id)
            if patch.category is not None:
                await change.set_category(before.id, patch.category)
            if patch.active is False and before.active:
                await change.deactivate(before.id)
            if patch.active and not before.active:
                await change.restore(before.id)
            await self._compare_anew(change, [before.id])
        return await self.get(correction_id)

    async def decide(
        self, correction_id: UUID, request: CorrectionDecisionRequest
    ) -> StoredCorrection:
        """Carry out a reviewer's decision on a contradicted or stale correction.

        Raises
        ------
        NothingToDecide
            Where it is neither, or somebody decided already.
        """
        category = (await self.get(correction_id)).category
        async with self._store.changing([category], request.agent_id) as change:
            changed = await life.decide(change, str(correction_id), request)
            await self._compare_anew(change, changed)
        logger.info("correction_decided", decision=request.decision.value)
        return await self.get(correction_id)

    async def _edit(
        self, before: StoredCorrection, resolution: str
    ) -> tuple[str, str, Sequence[Quality], bool, Vector, str, Vector]:
        question, vector, sentence = await self._embedded(before.ticket_text, resolution)
        quality, withheld = await self._quality(before.ticket_text, resolution)
        language = language_of(before.ticket_text, resolution)
        return resolution, sentence, quality, withheld, vector, language, question

    async def settle(self, change: Changes, correction_id: str) -> None:
        """Find out whether a correction repeats or contradicts others; the newer one counts."""
        correction = await change.comparable(correction_id)
        if correction is None:
            return
        contradicted = []
        kept_apart = await store_life.kept_apart(change.connection, correction_id)
        for neighbour in await change.neighbours(correction_id):
            if neighbour.id in kept_apart:
                continue
            found = relation(correction, neighbour, self._settings)
            older, newer = sorted((correction, neighbour), key=lambda one: one.resolved_at)
            if found is Relation.SAME:
                await change.mark_duplicate(newer.id, older.id)
                if newer is correction:
                    return
            if found is Relation.CONTRADICTS:
                contradicted.append(neighbour)
        for neighbour in contradicted:
            if neighbour.resolved_at > correction.resolved_at:
                await change.mark_superseded(correction_id, neighbour.id)
                return
        for neighbour in contradicted:
            await change.mark_superseded(neighbour.id, correction_id)


async def _require_unchanged(change: Changes, correction_id: str, read: str) -> None:
    now = await change.resolution(correction_id)
    if now is None:
        raise CorrectionNotFound(f"There is no correction '{correction_id}'.")
    if now.split() != read.split():
        raise CorrectionChanged("Somebody changed this answer meanwhile: read it again.")


def _verdict(request: StoreCorrectionRequest) -> CorrectionVerdict:
    """Return the verdict; what was sent as drafted is approved, whatever it was sent in."""
    if request.verdict not in (CorrectionVerdict.EDITED, CorrectionVerdict.TAUGHT):
        return request.verdict
    unchanged = reads_the_same(request.ai_draft, request.human_resolution)
    return CorrectionVerdict.APPROVED if unchanged else request.verdict


def _content_hash(ticket_text: str, resolution: str) -> str:
    return hashlib.sha256(f"{ticket_text}\x1f{resolution}".encode()).hexdigest()


def _answer(
    correction: StoredCorrection, *, stored: bool, deactivated: Sequence[str] = ()
) -> CorrectionStored:
    return CorrectionStored(
        id=correction.id,
        stored=stored,
        duplicate_of=correction.duplicate_of,
        quality=correction.quality,
        verdict=correction.verdict,
        deactivated=list(deactivated),
    )


def _gone(ticket_id: str) -> CorrectionStored:
    raise CorrectionNotFound(f"The correction of ticket '{ticket_id}' was deleted meanwhile.")
