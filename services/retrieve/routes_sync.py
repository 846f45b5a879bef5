"""HTTP of the sync with help centres."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.common.parameters import IdInPath
from services.contracts.help_centre import (
    FinishSyncRequest,
    SourceArticles,
    SyncArticleRequest,
    SyncedArticle,
    SyncReport,
    SyncReports,
)
from services.retrieve.errors import NoHelpFolder
from services.retrieve.folder import read_articles
from services.retrieve.routes import CONFLICT
from services.retrieve.settings import RetrieveSettings
from services.retrieve.sync import HelpCentreSync

router = APIRouter(tags=["help centre"])


def _sync(request: Request) -> HelpCentreSync:
    sync: HelpCentreSync = request.app.state.sync
    return sync


def _settings(request: Request) -> RetrieveSettings:
    settings: RetrieveSettings = request.app.state.settings
    return settings


Sync = Annotated[HelpCentreSync, Depends(_sync)]
Settings = Annotated[RetrieveSettings, Depends(_settings)]


@router.get("/help-folder/articles", summary="The articles of the folder of files")
async def read_folder(
    settings: Settings,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> SourceArticles:
    """As every `Fetch articles from …` gives them; 404 where no folder is set."""
    folder = settings.help_folder
    if folder is None or not folder.is_dir():
        raise NoHelpFolder("RETRIEVE_HELP_FOLDER names no folder.")
    articles, total = await asyncio.to_thread(read_articles, folder, limit, offset)
    after = offset + len(articles)
    return SourceArticles(
        articles=articles, total=total, next_offset=after if after < total else None
    )


@router.put(
    "/help-centre/{source}/articles/{document_id:path}",
    summary="Store an article of a help centre where it changed",
    responses=CONFLICT,
)
async def store_article(
    source: IdInPath, document_id: IdInPath, body: SyncArticleRequest, sync: Sync
) -> SyncedArticle:
    """Nothing is split or embedded where it reads as at the last sync."""
    return await sync.store(source, document_id, body)


@router.post(
    "/help-centre/{source}/syncs",
    summary="Remove what is gone, and keep what the sync changed",
    responses=CONFLICT,
)
async def finish_sync(source: IdInPath, body: FinishSyncRequest, sync: Sync) -> SyncReport:
    """Articles that were stored by hand, or came from another source, stay."""
    return await sync.finish(source, body)


@router.get("/help-centre/syncs", summary="What the last syncs changed")
async def read_syncs(sync: Sync, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> SyncReports:
    """The newest first."""
    return await sync.reports(limit)
