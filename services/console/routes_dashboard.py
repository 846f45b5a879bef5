"""The dashboard: what became of tickets, with the doubt that small numbers leave."""

import asyncio
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.console import charts, service, words
from services.console.dependencies import Html, Ledger, Rules
from services.console.sessions import SignedIn
from services.contracts.ledger_answers import Bucket

router = APIRouter(tags=["dashboard"])

_CLAIMS = 20
Language = Annotated[str, Query(pattern=r"^([a-z]{2,8})?$")]


class Days(IntEnum):
    """Spans that can be looked at."""

    DAY = 1
    WEEK = 7
    MONTH = 30
    QUARTER = 90


@router.get("/dashboard", summary="What became of tickets")
async def dashboard(
    request: Request,
    _: SignedIn,
    ledger: Ledger,
    rules: Rules,
    pages: Html,
    days: Annotated[Days, Query()] = Days.WEEK,
    language: Language = "",
) -> HTMLResponse:
    """Counts of the span; what became of answers is of the last five weeks; "" means all."""
    until = datetime.now(UTC)
    since = until - timedelta(days=days)
    bucket = Bucket.HOUR if days is Days.DAY else Bucket.DAY
    summary, series, resolution, news = await asyncio.gather(
        ledger.summary(since, until, language or None),
        ledger.series(bucket, since, until, language or None),
        ledger.resolution(language or None),
        service.autonomy_news(rules),
    )
    unconfirmed = (await ledger.unconfirmed(_CLAIMS)).claims if summary.unconfirmed_claims else []
    return pages.render(
        request,
        "dashboard.html",
        days=int(days),
        spans={1: "Last 24 hours", 7: "Last 7 days", 30: "Last 30 days", 90: "Last 90 days"},
        language=language,
        languages=words.ANSWERED_LANGUAGES,
        summary=summary,
        series=series,
        chart=charts.columns(series.points, bucket),
        resolution=resolution,
        unconfirmed=unconfirmed,
        news=news,
    )
