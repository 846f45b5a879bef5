"""How often the right help section is found, and what is sent where nothing answers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import structlog

from evals.errors import DataInvalid
from evals.faq import (
    Question,
    RetrievalSet,
    read_ecommerce,
    read_stackexchange,
    read_techqa,
)
from evals.intervals import mean, share
from evals.pipeline import SECTIONS, Outcome, pipeline
from evals.report import Report
from evals.splits import text_hash
from local.postgres.embedded import EmbeddedPostgres, throwaway_postgres

AT_ONCE = 2
Result = TypeVar("Result")


async def measure(folder: Path, *, cross: bool = False) -> Report:
    """Measure on every retrieval set in `folder`; raises `DataInvalid`."""
    sets = [read(folder) for read in (read_techqa, read_ecommerce, read_stackexchange)]
    present = [each for each in sets if each.questions]
    if not present:
        raise DataInvalid(f"{folder}: no retrieval set lies here; see evals/README.md")
    report: Report = {}
    with _quiet_steps(), throwaway_postgres() as server:
        for each in present:
            print(f"{each.name}: {len(each.questions)} questions", flush=True)
            report[each.name] = await _found(server, each)
            report[each.name] |= await _answered(server, each)
    return report


@contextmanager
def _quiet_steps() -> Iterator[None]:
    """The steps log each decision; here that would drown the result."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)


async def _found(server: EmbeddedPostgres, data: RetrievalSet) -> dict[str, Any]:
    """Recall and mean reciprocal rank over the questions that an article answers."""
    questions = [question for question in data.questions if question.article]
    async with pipeline(server, f"{data.name}_found") as steps:
        await steps.index(data.articles)
        ranks = await _all(questions, steps.find)
    return {
        "note": data.note,
        "rows": len(data.questions),
        "articles": len(data.articles),
        f"recall_at_{SECTIONS}": share(sum(rank is not None for rank in ranks), len(ranks)),
        "recall_at_1": share(sum(rank == 1 for rank in ranks), len(ranks)),
        "mrr": mean([1 / rank if rank else 0.0 for rank in ranks]),
    }


async def _answered(server: EmbeddedPostgres, data: RetrievalSet) -> dict[str, Any]:
    """What becomes of questions that nothing answers, and of those that something does."""
    data = data if _has_unanswerable(data) else _half_taken_out(data)
    async with pipeline(server, f"{data.name}_answered") as steps:
        await steps.index(data.articles)
        outcomes = await _all(data.questions, steps.answer)
    pairs = list(zip(data.questions, outcomes, strict=True))
    without = [outcome for question, outcome in pairs if question.article is None]
    within = [outcome for question, outcome in pairs if question.article is not None]
    return _without_answer(without) | _with_answer(within)


def _without_answer(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rows = len(outcomes)
    return {
        "unanswerable_abstained": share(sum(each.abstained for each in outcomes), rows),
        "unanswerable_not_sent": share(sum(not each.sent for each in outcomes), rows),
        "unanswerable_not_sent_taught": share(sum(not each.sent_taught for each in outcomes), rows),
    }


def _with_answer(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    rows = len(outcomes)
    sent = [each for each in outcomes if each.sent_taught]
    return {
        "answerable_drafted": share(sum(not each.abstained for each in outcomes), rows),
        "answerable_sent": share(sum(each.sent for each in outcomes), rows),
        "answerable_sent_taught": share(len(sent), rows),
        "sent_taught_from_right_article": share(sum(e.cites_right for e in sent), len(sent)),
    }


def _has_unanswerable(data: RetrievalSet) -> bool:
    return any(question.article is None for question in data.questions)


def _half_taken_out(data: RetrievalSet) -> RetrievalSet:
    """Take every second article out, so that its questions have no answer; one question each."""
    ordered = sorted(data.articles, key=lambda article: text_hash(article.id + article.text))
    kept = ordered[::2]
    ids = {article.id for article in kept}
    asked: dict[str, Question] = {}
    for question in data.questions:
        asked.setdefault(str(question.article), question)
    questions = [
        question if question.article in ids else replace(question, article=None)
        for question in asked.values()
    ]
    return RetrievalSet(data.name, data.note, kept, questions)


async def _all(
    questions: Sequence[Question], step: Callable[[Question], Awaitable[Result]]
) -> list[Result]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(question: Question) -> Result:
        async with gate:
            return await step(question)

    return list(await asyncio.gather(*(one(question) for question in questions)))
