"""Keeps the help articles equal to a help centre: stores what changed, removes what is gone."""

import hashlib
from datetime import UTC, datetime

import structlog

from services.contracts import HelpDocument
from services.contracts.help_centre import (
    Change,
    FinishSyncRequest,
    SyncedArticle,
    SyncReport,
    SyncReports,
)
from services.retrieve.errors import DocumentNotFound, OtherSource, TooManyGone
from services.retrieve.service import RetrieveService
from services.retrieve.sync_store import SyncStore

logger = structlog.get_logger(__name__)

ALWAYS_REMOVABLE = 3
"""A small help centre may lose so many articles at once, whatever share that is."""


class HelpCentreSync:
    """One article at a time, and at the end what is gone."""

    def __init__(self, store: SyncStore, documents: RetrieveService) -> None:
        self._store = store
        self._documents = documents

    async def store(self, source: str, document_id: str, document: HelpDocument) -> SyncedArticle:
        """Store an article where it reads differently than at the last sync.

        Raises
        ------
        OtherSource
            Where an article of that id came from another help centre.
        """
        content = hashlib.sha256(document.model_dump_json().encode()).hexdigest()
        exists, owner, is_current = await self._store.known(document_id, content)
        if owner not in (None, source):
            raise OtherSource(f"The article '{document_id}' came from '{owner}'.")
        if is_current:
            return SyncedArticle(id=document_id, change=Change.UNCHANGED, embedded=0)
        stored = await self._documents.put_document(document_id, document)
        await self._store.remember(document_id, source, content)
        same = exists and not stored.embedded and not stored.removed
        change = Change.NEW if not exists else Change.UNCHANGED if same else Change.CHANGED
        return SyncedArticle(id=document_id, change=change, embedded=stored.embedded)

    async def finish(self, source: str, request: FinishSyncRequest) -> SyncReport:
        """Remove what a complete list has no more, and keep what the sync changed.

        Raises
        ------
        TooManyGone
            Where so much would go that the list is more likely broken than true; nothing goes.
        """
        present = [article.id for article in request.synced] + request.failed
        gone, stored = await self._store.gone(source, present)
        if not request.complete:
            gone = []
        if len(gone) > max(ALWAYS_REMOVABLE, request.largest_removal * stored) or not present:
            raise TooManyGone(
                f"{len(gone)} of {stored} articles of '{source}' would be removed at once."
            )
        removed = [document_id for document_id in gone if await self._remove(document_id)]
        report = SyncReport(
            source=source,
            started_at=request.started_at,
            finished_at=datetime.now(UTC),
            new=_ids(request, Change.NEW),
            changed=_ids(request, Change.CHANGED),
            removed=removed,
            failed=request.failed,
            unchanged=len(_ids(request, Change.UNCHANGED)),
            embedded=sum(article.embedded for article in request.synced),
            stale_corrections=await self._store.stale_since(request.started_at),
        )
        await self._store.keep_report(report)
        logger.info("help_centre_synced", **_counts(report))
        return report

    async def _remove(self, document_id: str) -> bool:
        try:
            await self._documents.delete_document(document_id)
        except DocumentNotFound:
            return False
        return True

    async def reports(self, limit: int) -> SyncReports:
        """Return what the last syncs changed, the newest first."""
        return SyncReports(syncs=await self._store.reports(limit))


def _ids(request: FinishSyncRequest, change: Change) -> list[str]:
    return [article.id for article in request.synced if article.change is change]


def _counts(report: SyncReport) -> dict[str, int | str]:
    listed = {name: len(getattr(report, name)) for name in ("new", "changed", "removed", "failed")}
    return {"source": report.source, **listed, "unchanged": report.unchanged}
