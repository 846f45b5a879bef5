"""What becomes of a correction: what it rests on, how drafts from it fared, what is decided."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.contracts import (
    Citation,
    CorrectionDecision,
    CorrectionDecisionRequest,
    CorrectionVerdict,
)
from services.store_correction import store_life
from services.store_correction.errors import NothingToDecide
from services.store_correction.store import Changes

GONE = ""
"""Stands for a section whose text is not there any more; equal to no section's hash."""

MACHINE = "deskloop"
_SPACE = re.compile(r"\s+")
_SECTION = re.compile(r"(?P<document>.+)#(?P<part>\d{1,6})")
_JUDGED = {CorrectionVerdict.APPROVED, CorrectionVerdict.EDITED, CorrectionVerdict.REJECTED}


@dataclass(frozen=True)
class Passage:
    """A quote with the section of a help article that it was taken from."""

    document_id: str
    part: int
    quote: str


def cited_corrections(citations: Sequence[Citation]) -> list[str]:
    """Return the ids that may be corrections; those of help sections never look like that."""
    return [found for each in citations if (found := _as_uuid(each.source_id))]


def cited_passages(citations: Sequence[Citation]) -> list[Passage]:
    """Return what was quoted from help articles."""
    found = ((_SECTION.fullmatch(each.source_id), each.quote) for each in citations)
    return [
        Passage(section["document"], max(1, int(section["part"])), quote)
        for section, quote in found
        if section
    ]


def _as_uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


async def keep_sources(change: Changes, correction_id: str, citations: Sequence[Citation]) -> None:
    """Note what a new correction rests on; it is stale at once where a quote is gone already.

    Articles that the store does not hold, because somebody else's search serves them, are not
    watched. What a cited correction rests on carries the new one, too.
    """
    passages = cited_passages(citations)
    connection = change.connection
    parts = await store_life.parts_of(connection, [each.document_id for each in passages])
    for passage in passages:
        if passage.document_id in parts:
            found = _part_with(parts[passage.document_id], passage)
            text_hash = found["text_hash"] if found else GONE
            await _keep(connection, correction_id, passage, text_hash)
    await store_life.inherit_sources(connection, correction_id, cited_corrections(citations))
    await store_life.refresh_staleness(connection, correction_id)


async def confirm_sources(change: Changes, correction_id: str) -> None:
    """Let a correction rest on its articles as they read now, because a human looked at it."""
    connection = change.connection
    lost = [Passage(**row) for row in await store_life.take_lost_sources(connection, correction_id)]
    parts = await store_life.parts_of(connection, [each.document_id for each in lost])
    for passage in lost:
        if there := parts.get(passage.document_id):
            found = _part_with(there, passage) or there[min(passage.part, len(there)) - 1]
            await _keep(connection, correction_id, passage, found["text_hash"])
    await store_life.refresh_staleness(connection, correction_id)


async def confirm_text(change: Changes, correction_id: str) -> None:
    """Take an edited resolution as looked at: earlier decisions were about another text."""
    await confirm_sources(change, correction_id)
    await store_life.forget_kept_apart(change.connection, correction_id)


async def _keep(connection: Any, correction_id: str, passage: Passage, text_hash: str) -> None:
    await store_life.keep_source(
        connection, correction_id, passage.document_id, text_hash, passage.part, passage.quote
    )


def _part_with(parts: Sequence[Any], passage: Passage) -> Any | None:
    """Return the section that holds the quote: the one it was taken from, before any other."""
    quote = _spaced(passage.quote)
    holding = [part for part in parts if quote in _spaced(part["text"])]
    return min(holding, key=lambda part: abs(part["part"] - passage.part), default=None)


def _spaced(text: str) -> str:
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()


async def judge_cited(
    change: Changes,
    citations: Sequence[Citation],
    ticket_id: str,
    verdict: CorrectionVerdict,
    limit: int,
) -> list[str]:
    """Note what became of a draft with the corrections it cited; returns those never right.

    Those are deactivated: refused on `limit` tickets, approved on none, and nobody else said the
    same. `taught` judges nothing: the draft had no part in it.
    """
    cited = cited_corrections(citations)
    if not cited or verdict not in _JUDGED:
        return []
    await store_life.record_uses(change.connection, cited, ticket_id, verdict)
    wrong = await store_life.never_right(change.connection, cited, limit)
    if wrong:
        agent = await store_life.act_as(change.connection, MACHINE)
        for correction_id in wrong:
            await change.deactivate(correction_id, "never_right")
        await store_life.act_as(change.connection, agent)
    return wrong


async def decide(
    change: Changes, correction_id: str, request: CorrectionDecisionRequest
) -> list[str]:
    """Carry out what a reviewer decided; returns the corrections to compare with others anew.

    Raises
    ------
    NothingToDecide
        Where it is neither contradicted nor stale, or `keep_both` names no second one.
    """
    connection = change.connection
    others = await store_life.opponents(connection, correction_id)
    if not others and not await store_life.is_stale(connection, correction_id):
        raise NothingToDecide("No active correction contradicts it, and its sources still stand.")
    if not others and request.decision is CorrectionDecision.KEEP_BOTH:
        raise NothingToDecide("No other correction contradicts it: keep_this or deactivate.")
    await store_life.note_decision(
        connection, correction_id, request.agent_id, others, request.decision
    )
    overruled: list[str] = []
    match request.decision:
        case CorrectionDecision.KEEP_BOTH:
            await store_life.keep_apart(connection, correction_id, others, request.agent_id)
        case CorrectionDecision.KEEP_THIS:
            overruled = [*others, *await store_life.duplicates_of(connection, others)]
        case CorrectionDecision.DEACTIVATE:
            overruled = [correction_id]
    for each in overruled:
        await change.deactivate(each, "overruled")
    if correction_id not in overruled:
        await change.vouch(correction_id)
        await confirm_sources(change, correction_id)
    return list(dict.fromkeys([correction_id, *overruled]))
