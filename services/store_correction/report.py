"""The quality report: corrections that somebody should look at, each with the reasons.

`python -m services.store_correction.report [--category NAME] [--language TAG] [--unused-days N]
[--json]`
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from services.common.database import Database
from services.common.errors import Unavailable
from services.common.settings import DatabaseSettings
from services.contracts import CorrectionReport, DoubtfulCorrection, Quality
from services.store_correction.settings import StoreCorrectionSettings
from services.store_correction.store_report import ReportStore

MEANING = {
    Quality.TOO_SHORT: "says too little to help anybody",
    Quality.PERSONAL_DATA: "holds personal data",
    Quality.CONTRADICTS_NEWER: "contradicted by a newer one: decide",
    Quality.STALE: "its help article changed: look at it",
    Quality.OVERRIDDEN: "drafts from it were changed or rejected more often than approved",
    Quality.NEVER_RIGHT: "deactivated: drafts from it were never approved",
    Quality.UNUSED: "no answer cited it for {days} days",
}
_HEADINGS = ("Id", "Category", "Language", "Doubts", "✓/✎/✗", "Sent", "Stored", "Summary")


class CorrectionReports:
    """Makes reports; usable without HTTP."""

    def __init__(self, store: ReportStore, settings: StoreCorrectionSettings) -> None:
        self._store = store
        self._settings = settings

    async def report(
        self,
        category: str | None,
        language: str | None,
        unused_days: int | None,
        limit: int,
        offset: int,
    ) -> CorrectionReport:
        """Return how good the store is, and one page of what to look at, the worst first."""
        days = unused_days or self._settings.unused_days
        rows, counts = await self._store.doubtful(category, language, days, limit, offset)
        return CorrectionReport(
            corrections=counts["corrections"],
            usable=counts["usable"],
            unused_days=days,
            quality={each: counts.get(each, 0) for each in Quality},
            doubtful=[DoubtfulCorrection(**row) for row in rows],
            total=counts["doubtful"],
        )


def tables(report: CorrectionReport) -> list[Table]:
    """Lay a report out for reading."""
    counts = Table("Corrections", "", title="Quality of the corrections")
    counts.add_row(str(report.corrections), "active")
    counts.add_row(str(report.usable), "of them may be shown to the drafter")
    for doubt, meaning in MEANING.items():
        counts.add_row(str(report.quality[doubt]), meaning.format(days=report.unused_days))
    found = Table(*_HEADINGS, show_lines=True)
    for each in report.doubtful:
        found.add_row(*_cells(each))
    return [counts, found] if report.doubtful else [counts]


def _cells(each: DoubtfulCorrection) -> list[str]:
    uses = f"{each.uses.approved}/{each.uses.edited}/{each.uses.rejected}"
    doubts = "\n".join(each.quality)
    stored = f"{each.created_at:%Y-%m-%d}"
    about = [each.id, each.category, each.language or "und"]
    return [*about, doubts, uses, str(each.sent), stored, each.summary]


async def _made(
    category: str | None, language: str | None, unused_days: int | None, limit: int
) -> CorrectionReport:
    database = Database(DatabaseSettings())
    reports = CorrectionReports(ReportStore(database), StoreCorrectionSettings())
    try:
        return await reports.report(category, language, unused_days, limit, 0)
    finally:
        await database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.store_correction.report")
    parser.add_argument("--category", help="only this one")
    parser.add_argument("--language", help="only this one, as a tag: de")
    parser.add_argument("--unused-days", type=_positive, help="instead of the setting")
    parser.add_argument("--limit", type=_positive, default=50, help="lines to print (50)")
    parser.add_argument("--json", action="store_true", help="as JSON instead of a table")
    wanted = parser.parse_args(arguments)
    try:
        asked = (wanted.category, wanted.language, wanted.unused_days, wanted.limit)
        report = asyncio.run(_made(*asked))
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    if wanted.json:
        print(report.model_dump_json(indent=1))
        return 0
    console = Console()
    for table in tables(report):
        console.print(table)
    if report.total > len(report.doubtful):
        console.print(f"{report.total - len(report.doubtful)} more: --limit {report.total}")
    return 0


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 36_500:
        raise argparse.ArgumentTypeError("must be from 1 to 36500")
    return value


if __name__ == "__main__":
    sys.exit(main())
