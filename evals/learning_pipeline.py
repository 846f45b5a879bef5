"""The steps that learn and answer, in one process over a throw-away PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import PostgresDsn, TypeAdapter

from evals.learning_data import ANSWER_BEGINS, Row, answer_of
from local.postgres.embedded import EmbeddedPostgres
from services.common.database import Database
from services.common.embeddings.local import LocalEmbedder
from services.common.settings import DatabaseSettings
from services.contracts import (
    CheckDraftRequest,
    Classification,
    CorrectionVerdict,
    DraftRequest,
    Mode,
    Requester,
    RetrieveRequest,
    Sentiment,
    StoreCorrectionRequest,
    Ticket,
    Triage,
    Urgency,
    Usage,
    Verdict,
)
from services.contracts.advice import ApplyAdviceRequest
from services.contracts.policies import PolicyValues
from services.draft.guidelines import GuidelinesFolder
from services.draft.local import LocalDrafter
from services.draft.settings import DraftSettings
from services.retrieve.answer_finder import AnswerFinder
from services.retrieve.answer_fitting import AnswerFitting
from services.retrieve.answer_store import AnswerStore
from services.retrieve.errors import TooFewCorrections
from services.retrieve.service import RetrieveService
from services.retrieve.settings import RetrieveSettings
from services.retrieve.store import RetrieveStore
from services.rules.advice import AdviceService
from services.rules.errors import AdviceRefused
from services.rules.outcome_store import OutcomeStore
from services.rules.service import RulesService
from services.rules.settings import RulesSettings
from services.rules.store import PolicyStore
from services.store_correction.service import CorrectionService
from services.store_correction.store import CorrectionStore
from sql.migrate import apply

CATEGORY = "general"
"""Of all tickets: what they are about is what the steps have to find out."""

AT_ONCE = 4
MIN_SIMILARITY = 0.5
"""The learned probability decides, not a fixed similarity."""
_BY = "evals"


@dataclass(frozen=True)
class Answered:
    """What became of a ticket: whether a reply went out, and the resolution it cites."""

    sent: bool
    cites: str | None
    probability: float


class RememberingEmbedder(LocalEmbedder):
    """Embeds the few canonical answers once, not with each of their corrections."""

    def __init__(self) -> None:
        super().__init__()
        self._answers: dict[str, list[float]] = {}

    def embed_now(self, texts: Sequence[str]) -> list[list[float]]:
        """Like `LocalEmbedder`."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> list[float]:
        if not text.startswith(ANSWER_BEGINS):
            return super().embed_now([text])[0]
        if text not in self._answers:
            self._answers[text] = super().embed_now([text])[0]
        return self._answers[text]


@dataclass
class LearningPipeline:
    """Store corrections, fit, advise, and answer: the services themselves, without HTTP."""

    corrections: CorrectionService
    fitting: AnswerFitting
    retriever: RetrieveService
    drafter: LocalDrafter
    rules: RulesService
    advice: AdviceService
    policies: PolicyStore

    async def teach(self, rows: Sequence[Row], first: int) -> None:
        """Store solved tickets in their order; `first` is the number of the first one."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, row: Row) -> None:
            async with gate:
                await self.corrections.add(_solved(number, row))

        await asyncio.gather(*(one(first + place, row) for place, row in enumerate(rows)))

    async def fit(self) -> dict[str, Any]:
        """Fit the answer model on what is stored; nothing where that is too little."""
        try:
            return await self.fitting.fit(_BY)
        except TooFewCorrections:
            return {}

    async def set_threshold(self, target: float) -> float | None:
        """Let the advisor set the threshold; None, and nothing is sent, where it refuses."""
        await self.policies.put({CATEGORY: _SENDING}, _BY)
        try:
            applied = await self.advice.apply(
                CATEGORY, ApplyAdviceRequest(updated_by=_BY, target=target)
            )
        except AdviceRefused:
            await self.policies.put({CATEGORY: _NEVER}, _BY)
            return None
        return applied.policy.send_threshold

    async def answer_all(self, texts: Sequence[str]) -> list[Answered]:
        """Answer tickets, a few at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, text: str) -> Answered:
            async with gate:
                return await self.answer(_ticket(f"evals:unseen-{number}", text))

        return list(await asyncio.gather(*(one(n, text) for n, text in enumerate(texts))))

    async def answer(self, ticket: Ticket) -> Answered:
        """Retrieve, draft, check."""
        evidence = await self.retriever.retrieve(
            RetrieveRequest(
                ticket=ticket,
                category=CATEGORY,
                language="en",
                documents=0,
                min_similarity=MIN_SIMILARITY,
            )
        )
        draft = await self.drafter.draft(
            DraftRequest(
                ticket=ticket,
                classification=_CLASSIFICATION,
                documents=evidence.documents,
                corrections=evidence.corrections,
            )
        )
        checked = await self.rules.check_draft(
            CheckDraftRequest(
                ticket=ticket,
                classification=_CLASSIFICATION,
                triage=_TRIAGE,
                draft=draft,
                evidence=evidence,
            )
        )
        cited = {citation.source_id for citation in draft.citations}
        said = [each.resolution for each in evidence.corrections if each.id in cited]
        return Answered(
            sent=checked.verdict is Verdict.AUTO_SEND,
            cites=said[0] if said else None,
            probability=checked.probability,
        )


@asynccontextmanager
async def learning_pipeline(server: EmbeddedPostgres, name: str) -> AsyncIterator[LearningPipeline]:
    """A pipeline over a new, empty database called `name`."""
    server.ensure_database(name)
    url = server.url(name)
    apply(url)
    settings = DatabaseSettings(database_url=TypeAdapter(PostgresDsn).validate_python(url))
    database = Database(settings)
    embedder = RememberingEmbedder()
    model = (embedder.name, embedder.dimensions)
    retrieving = RetrieveSettings(answer_model_refresh_seconds=0)
    answers = AnswerStore(database, *model)
    policies = PolicyStore(database)
    drafting = DraftSettings()
    drafter = LocalDrafter(
        embedder, GuidelinesFolder(drafting.guidelines), drafting.local_minimum_evidence
    )
    await drafter.prepare()
    try:
        yield LearningPipeline(
            CorrectionService(CorrectionStore(database, *model), embedder),
            AnswerFitting(answers, embedder, retrieving),
            RetrieveService(
                RetrieveStore(database, *model),
                embedder,
                retrieving,
                AnswerFinder(answers, embedder.name, retrieving),
            ),
            drafter,
            RulesService.load(RulesSettings(), policies),
            AdviceService(OutcomeStore(database), policies),
            policies,
        )
    finally:
        await database.close()


def _solved(number: int, row: Row) -> StoreCorrectionRequest:
    resolution = answer_of(row.label)
    if not row.in_scope:  # an answer for this one customer, which nobody else ever got
        resolution = f"We have answered your question in person, as case {number}."
    return StoreCorrectionRequest(
        ticket_id=f"evals:{number}",
        ticket_text=row.text,
        human_resolution=resolution,
        category=CATEGORY,
        agent_id=_BY,
        verdict=CorrectionVerdict.TAUGHT,
    )


def _ticket(ticket_id: str, text: str) -> Ticket:
    return Ticket(
        id=ticket_id,
        source="evals",
        subject="",
        body=text,
        requester=Requester(id="evals"),
        created_at=datetime.now(UTC),
    )


_SENDING = PolicyValues(cold_start_corrections=0)
_NEVER = PolicyValues(mode=Mode.DRAFT)
_CLASSIFICATION = Classification(
    category=CATEGORY,
    intent="question",
    urgency=Urgency.LOW,
    sentiment=Sentiment.NEUTRAL,
    language="en",
    confidence=1.0,
    requires_human=False,
    reasoning="Not classified: what is measured is what the steps after it know.",
    provider="evals",
    model="none",
    usage=Usage(),
    cost_usd=0.0,
    latency_ms=0,
)
_TRIAGE = Triage(
    urgency=Urgency.LOW, requires_human=False, reasons=[], mode=Mode.AUTO, corrections_in_category=0
)
