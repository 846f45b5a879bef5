"""One past ticket's way through the steps, as the main workflow goes it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import httpx
from pydantic import BaseModel

from evals.gate_config import Workflow
from evals.replay_rows import Row
from evals.replay_system import System
from services.contracts import (
    CheckDraftRequest,
    Classification,
    ClassifyRequest,
    Draft,
    DraftCheck,
    DraftRequest,
    Evidence,
    History,
    ModelCall,
    Requester,
    RetrieveRequest,
    Rule,
    Spent,
    Ticket,
    Triage,
    TriageRequest,
    Verdict,
)

AT_ONCE = 3
_SOURCE = "replay"
_FILED = datetime.now(UTC)
"""The same for every ticket: two runs of one comparison ask the same."""
_HELD_BY_THRESHOLD = frozenset({Rule.BELOW_THRESHOLD, Rule.COLD_START})

Answer = TypeVar("Answer", bound=BaseModel)


class Route(StrEnum):
    """Where a ticket would have ended; what fails goes to a human, as in the product."""

    SENT = "sent"
    REVIEW = "review"
    HUMAN = "human"


@dataclass
class Record:
    """What became of one ticket."""

    row: Row
    route: Route = Route.HUMAN
    classification: Classification | None = None
    triage: Triage | None = None
    evidence: Evidence | None = None
    draft: Draft | None = None
    check: DraftCheck | None = None
    failed: str | None = None
    """Which step failed, and how."""
    seconds: float = 0.0
    right: bool | None = None
    """Whether the reply may go to the customer; None where the labels do not say."""
    why: str = ""
    resolution_similarity: float | None = field(default=None)

    @property
    def calls(self) -> list[ModelCall]:
        """The model calls that were made for it."""
        return [call for call in (self.classification, self.draft) if call is not None]

    @property
    def bills(self) -> list[ModelCall | Spent]:
        """What was paid for it, a translated question and a vendor's embeddings included."""
        searching = self.evidence.spent if self.evidence else None
        return [*self.calls, *([searching] if searching else [])]

    @property
    def cost_usd(self) -> float:
        """What it cost."""
        return sum(bill.cost_usd for bill in self.bills)

    @property
    def drafted(self) -> bool:
        """Whether there is a reply at all."""
        return self.draft is not None and not self.draft.abstained and bool(self.draft.reply)

    @property
    def only_threshold_decides(self) -> bool:
        """Whether nothing but the threshold stands between this reply and the customer."""
        if not self.drafted or self.check is None or self.triage is None:
            return False
        if self.triage.requires_human or _needs_human(self.check):
            return False
        return all(blocker.rule in _HELD_BY_THRESHOLD for blocker in self.check.blockers)

    @property
    def rules(self) -> list[str]:
        """Ids of the rules that spoke, in the order in which they did."""
        told = [*self.triage.reasons] if self.triage else []
        if self.check is not None:
            told += [*self.check.blockers, *self.check.reasons]
        return list(dict.fromkeys(reason.rule for reason in told))


class StepFailed(Exception):
    """A step did not answer with its contract."""


async def replay(
    system: System,
    rows: Sequence[Row],
    workflow: Workflow,
    note: Callable[[int, int], None] = lambda done, of: None,
) -> list[Record]:
    """Send every row through the steps, a few at once; `note` hears how far it is."""
    gate = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(row: Row) -> Record:
        nonlocal done
        async with gate:
            record = await _one(system, row, workflow)
        done += 1
        note(done, len(rows))
        return record

    return list(await asyncio.gather(*(one(row) for row in rows)))


async def _one(system: System, row: Row, workflow: Workflow) -> Record:
    record = Record(row)
    started = time.perf_counter()
    try:
        await _walk(system, record, workflow)
    except StepFailed as error:
        record.route = Route.HUMAN
        record.failed = str(error)
    record.seconds = time.perf_counter() - started
    return record


async def _walk(system: System, record: Record, workflow: Workflow) -> None:
    ticket = _ticket(record.row)
    request: BaseModel = ClassifyRequest(ticket=ticket)
    found = await _ask(system, "classify", "/classify", request, Classification)
    record.classification = found
    history = History(similar_asks=0, turns=1, answered_automatically=False)
    request = TriageRequest(ticket=ticket, classification=found, history=history)
    triage = await _ask(system, "rules", "/triage", request, Triage)
    record.triage = triage
    if triage.requires_human:
        return
    request = RetrieveRequest(
        ticket=ticket,
        category=found.category,
        language=found.language,
        documents=workflow.documents,
        corrections=workflow.corrections,
        min_similarity=workflow.minimum_similarity,
    )
    evidence = await _ask(system, "retrieve", "/retrieve", request, Evidence)
    record.evidence = evidence
    request = DraftRequest(
        ticket=ticket,
        classification=found,
        documents=evidence.documents,
        corrections=evidence.corrections,
    )
    draft = await _ask(system, "draft", "/draft", request, Draft)
    record.draft = draft
    request = CheckDraftRequest(
        ticket=ticket, classification=found, triage=triage, draft=draft, evidence=evidence
    )
    record.check = await _ask(system, "rules", "/check-draft", request, DraftCheck)
    record.route = _route(record.check, workflow)


def _route(check: DraftCheck, workflow: Workflow) -> Route:
    if check.verdict is Verdict.HUMAN:
        return Route.HUMAN
    if check.verdict is Verdict.REVIEW or check.probability < workflow.minimum_probability_to_send:
        return Route.REVIEW
    return Route.SENT


def _needs_human(check: DraftCheck) -> bool:
    return any(reason.effect == "require_human" for reason in check.reasons)


def _ticket(row: Row) -> Ticket:
    return Ticket(
        id=f"{_SOURCE}:{row.number}",
        source=_SOURCE,
        subject=row.subject,
        body=row.body,
        requester=Requester(id=f"{_SOURCE}-{row.number}"),
        created_at=_FILED,
    )


async def _ask(
    system: System, step: str, path: str, request: BaseModel, answer: type[Answer]
) -> Answer:
    content = request.model_dump_json()
    key = (step, system.marks.get(step, ""), path, content)
    remembers = system.answers is not None and step in system.marks
    if remembers and system.answers and key in system.answers:
        return answer.model_validate_json(system.answers[key])
    try:
        headers = {"Content-Type": "application/json"}
        response = await system.steps[step].post(path, content=content, headers=headers)
        if response.is_error:
            code = response.json().get("code", "") if "json" in _kind(response) else ""
            raise StepFailed(f"{step} answered {response.status_code} {code}".rstrip())
        found = answer.model_validate_json(response.content)
        if remembers and system.answers is not None:
            system.answers[key] = response.content
        return found
    except httpx.HTTPError as error:
        raise StepFailed(f"{step} did not answer ({type(error).__name__})") from error
    except ValueError as error:
        raise StepFailed(f"{step} answered outside its contract") from error


def _kind(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", ""))
