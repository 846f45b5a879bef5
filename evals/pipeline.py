"""The real steps in one process, over a throw-away PostgreSQL: what would become of a question."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import PostgresDsn, TypeAdapter

from evals.faq import Article, Question
from local.postgres.embedded import EmbeddedPostgres
from services.classify.local import LocalClassifier
from services.classify.local_provider import LocalProvider
from services.classify.settings import ClassifySettings
from services.classify.store import Categories
from services.classify.taxonomy import load_taxonomy
from services.common.database import Database
from services.common.embeddings.local import LocalEmbedder
from services.common.settings import DatabaseSettings
from services.contracts import (
    CheckDraftRequest,
    Draft,
    DraftRequest,
    Evidence,
    HelpDocument,
    History,
    Requester,
    RetrieveRequest,
    Ticket,
    TriageRequest,
    Verdict,
)
from services.draft.guidelines import GuidelinesFolder
from services.draft.local import LocalDrafter
from services.draft.settings import DraftSettings
from services.retrieve.service import RetrieveService
from services.retrieve.store import RetrieveStore
from services.rules.service import RulesService
from services.rules.settings import RulesSettings
from services.rules.store import PolicyStore
from sql.migrate import apply

SECTIONS = 5


@dataclass(frozen=True)
class Outcome:
    """What became of one question.

    `rank` is the place (1…) of the right article's first section, None where it was not found.
    `sent` is what happens as shipped, `sent_taught` once each category holds its corrections.
    """

    rank: int | None
    abstained: bool
    cites_right: bool
    sent: bool
    sent_taught: bool


@dataclass
class Pipeline:
    """Classify, triage, retrieve, draft and check-draft with the local provider."""

    classifier: LocalProvider
    retriever: RetrieveService
    drafter: LocalDrafter
    rules: RulesService

    async def index(self, articles: list[Article]) -> None:
        """Store articles through the retrieve step."""
        for article in articles:
            document = HelpDocument(
                title=article.title, text=article.text, format="markdown", url=""
            )
            await self.retriever.put_document(article.id, document)

    async def find(self, question: Question) -> int | None:
        """The rank of the right article among the sections found."""
        evidence = await self.retriever.retrieve(
            RetrieveRequest(ticket=as_ticket(question), documents=SECTIONS, corrections=0)
        )
        return _rank(evidence, question.article)

    async def answer(self, question: Question) -> Outcome:
        """Let a question go the whole way, as the workflow does."""
        ticket = as_ticket(question)
        classification = await self.classifier.classify(ticket)
        triage = await self.rules.triage(
            TriageRequest(ticket=ticket, classification=classification, history=_no_history())
        )
        evidence = await self.retriever.retrieve(
            RetrieveRequest(
                ticket=ticket,
                category=classification.category,
                language=classification.language,
                documents=SECTIONS,
            )
        )
        draft = await self.drafter.draft(
            DraftRequest(
                ticket=ticket,
                classification=classification,
                documents=evidence.documents,
                corrections=evidence.corrections,
            )
        )
        request = CheckDraftRequest(
            ticket=ticket,
            classification=classification,
            triage=triage,
            draft=draft,
            evidence=evidence,
        )
        return await self._outcome(request, question)

    async def _outcome(self, request: CheckDraftRequest, question: Question) -> Outcome:
        standing = await self.rules.store.standing(request.classification.category)
        taught = replace(standing, corrections=standing.policy.cold_start_corrections)
        may_send = not request.triage.requires_human
        checked = [self.rules.checker.check(request, each).verdict for each in (standing, taught)]
        return Outcome(
            rank=_rank(request.evidence, question.article),
            abstained=request.draft.abstained,
            cites_right=_cites(request.draft, question.article),
            sent=may_send and checked[0] is Verdict.AUTO_SEND,
            sent_taught=may_send and checked[1] is Verdict.AUTO_SEND,
        )


@asynccontextmanager
async def pipeline(server: EmbeddedPostgres, name: str) -> AsyncIterator[Pipeline]:
    """A pipeline over a new, empty database called `name`."""
    server.ensure_database(name)
    url = server.url(name)
    apply(url)
    settings = DatabaseSettings(database_url=TypeAdapter(PostgresDsn).validate_python(url))
    database = Database(settings)
    embedder = LocalEmbedder()
    taxonomy = load_taxonomy(ClassifySettings().taxonomy)
    categories = Categories([category.id for category in taxonomy.categories], database)
    guidelines = GuidelinesFolder(DraftSettings().guidelines)
    try:
        yield Pipeline(
            LocalProvider(LocalClassifier(embedder, taxonomy), categories),
            RetrieveService(RetrieveStore(database, embedder.name, embedder.dimensions), embedder),
            LocalDrafter(embedder, guidelines, DraftSettings().local_minimum_evidence),
            RulesService.load(RulesSettings(), PolicyStore(database)),
        )
    finally:
        await database.close()


def as_ticket(question: Question) -> Ticket:
    """The question as a customer would file it."""
    return Ticket(
        id="evals:1",
        source="evals",
        subject=question.subject.replace("\x00", " "),
        body=question.body.replace("\x00", " "),
        requester=Requester(id="evals"),
        created_at=datetime.now(UTC),
    )


def _no_history() -> History:
    return History(similar_asks=0, turns=1, answered_automatically=False)


def _rank(evidence: Evidence, article: str | None) -> int | None:
    for rank, document in enumerate(evidence.documents, 1):
        if document.id.rpartition("#")[0] == article:
            return rank
    return None


def _cites(draft: Draft, article: str | None) -> bool:
    return any(citation.source_id.rpartition("#")[0] == article for citation in draft.citations)
