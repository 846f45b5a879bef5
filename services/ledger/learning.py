"""What is learned from: samples that people judge, and what humans found of answers."""

from datetime import date, datetime

from services.common.database import Database
from services.contracts.ledger_answers import QaSample
from services.contracts.quality import DrawSamplesRequest, SampledDay, SamplesDrawn
from services.contracts.reviewed import ReviewedOutcomes
from services.ledger import store_quality, store_reviewed

DEFAULT_SHARE = 0.05
"""Of a day of which no sample was drawn yet."""


class Learning:
    """Samples of automatic answers, and the findings of humans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draw(self, request: DrawSamplesRequest) -> SamplesDrawn:
        """Draw the samples that past days lack; a day that has one keeps it."""
        async with self._database.connection() as connection:
            drawn = await store_quality.draw(connection, request.share, request.days)
            days = await store_quality.sampled_days(connection, request.days)
        return _samples(drawn, days)

    async def samples(self, days: int) -> SamplesDrawn:
        """Return the samples of past days and how far people are with them."""
        async with self._database.connection() as connection:
            return _samples([], await store_quality.sampled_days(connection, days))

    async def qa_sample(self, day: date, share: float | None) -> QaSample:
        """Return the sample of a day (UTC): the drawn one, or what a share of it would be."""
        async with self._database.connection() as connection:
            if share is None:
                share = await store_quality.drawn_share(connection, day) or DEFAULT_SHARE
            automatic, items = await store_quality.qa_sample(connection, day, share)
        return QaSample(day=day, share=share, automatic=automatic, items=items)

    async def reviewed(self, since: datetime, limit: int, offset: int) -> ReviewedOutcomes:
        """Return one page of what humans found at or after `since`."""
        async with self._database.connection() as connection:
            outcomes, total = await store_reviewed.reviewed_outcomes(
                connection, since, limit, offset
            )
        after = offset + len(outcomes)
        return ReviewedOutcomes(
            outcomes=outcomes, total=total, next_offset=after if after < total else None
        )


def _samples(drawn: list[date], days: list[SampledDay]) -> SamplesDrawn:
    waiting = sum(day.picked - day.judged for day in days)
    return SamplesDrawn(drawn=drawn, days=days, waiting=waiting)
