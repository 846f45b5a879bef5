"""The extractive drafter: whole sentences from the best correction or help section, or nothing.

No model is asked and nothing leaves the machine. A past correction that is close enough answers
as the human did; otherwise the part of a help article that lies nearest to the question is quoted,
by its words and by the sentence embeddings also used for retrieval. Weak evidence abstains.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from time import perf_counter

from services.common.embeddings import Embedder
from services.common.languages import detect_language
from services.common.letters import body_of
from services.common.questions import missing
from services.common.ticket_text import question_text
from services.contracts import Author, Citation, Draft, DraftRequest, Usage
from services.draft.evidence import normalised
from services.draft.guidelines import Guidelines, GuidelinesFolder, customers_locale
from services.draft.passages import Passage, best_passage
from services.draft.sentences import is_list_item, pieces, plain

_QUESTION_CHARACTERS = 1500
_ONE_CASE_ONLY = re.compile(
    r"\d{5,}|\b(?:I|we)(?:'ve| have|'ll| will)\s+(?:just\s+|now\s+)?"
    r"(?:refund|credit|sen[dt]|ship|chang|cancel|updat|reset|issu|escalat|forward)\w*",
    re.IGNORECASE,
)
"""What a past answer says of its own customer only."""


class LocalDrafter:
    """Drafts by quoting; `minimum_evidence` is where it starts to abstain."""

    provider = "local"
    model = "extractive"

    def __init__(
        self, embedder: Embedder, guidelines: GuidelinesFolder, minimum_evidence: float
    ) -> None:
        self._embedder = embedder
        self._guidelines = guidelines
        self._minimum = minimum_evidence

    async def prepare(self) -> None:
        """Load the sentence splitter and the language models, seconds of work, in a thread."""
        await asyncio.to_thread(_load)

    async def close(self) -> None:
        """Give the embedder back."""
        await self._embedder.close()

    async def draft(self, request: DraftRequest) -> Draft:
        """Quote the best passage, or abstain with what was found."""
        started = perf_counter()
        passage = await self._passage(request)
        doubts = self._doubts(request, passage)
        answers = passage is not None and not doubts
        language = request.classification.language
        return Draft(
            reply=self._reply(request, passage) if passage and answers else "",
            confidence=round(passage.evidence, 4) if passage and answers else 0.0,
            citations=_citations(passage) if passage and answers else [],
            abstained=not answers,
            findings=_findings(request, passage, doubts),
            language=language,
            provider=self.provider,
            model=self.model,
            usage=Usage(),
            cost_usd=0.0,
            latency_ms=round((perf_counter() - started) * 1000),
        )

    async def _passage(self, request: DraftRequest) -> Passage | None:
        """The best passage that the customer has not had in this conversation already."""
        told = _told(request)
        passage = _from_correction(request, told) or await self._from_section(request, told)
        if passage is None or passage.evidence < self._minimum:
            return _from_correction(request, told, asked=False) or passage
        return passage

    async def _from_section(self, request: DraftRequest, told: str) -> Passage | None:
        """The best passage of the help sections that says something new."""
        documents = list(request.documents)
        while documents:
            found = await best_passage(self._embedder, question_of(request), documents)
            if found is None or not _all_told(found.quotes, told):
                return found
            documents = [each for each in documents if each.id != found.source_id]
        return None

    async def stream(self, request: DraftRequest) -> AsyncIterator[str | Draft]:
        """Yield the reply line by line, then the draft."""
        draft = await self.draft(request)
        for line in draft.reply.splitlines(keepends=True):
            yield line
        yield draft

    def _doubts(self, request: DraftRequest, passage: Passage | None) -> list[str]:
        if passage is None:
            if _told(request) and (request.documents or request.corrections):
                return ["The customer has had what the sources say already."]
            return ["No help section or past correction speaks to this ticket."]
        if passage.evidence < self._minimum:
            return [
                f"The best evidence is weak ({passage.evidence:.2f}, needed {self._minimum:.2f})."
            ]
        written = detect_language(" ".join(passage.quotes)).tag
        asked = request.classification.language.split("-")[0]
        if written not in (asked, "und"):
            return [f"The answer was found in '{written}', the customer writes '{asked}'."]
        return []

    def _reply(self, request: DraftRequest, passage: Passage) -> str:
        guidelines = self._guidelines.for_language(customers_locale(request))
        parts = [_greeting(guidelines, request.ticket.requester.name), _laid_out(passage.quotes)]
        return "\n\n".join([*parts, guidelines.sign_off])


def _load() -> None:
    pieces("One sentence.")
    detect_language("One sentence.")


def question_of(request: DraftRequest) -> str:
    """The customer's question as one text, cut to what the embedding model reads."""
    ticket = request.ticket
    whole = f"{ticket.subject}\n{ticket.body}".strip()
    return (question_text(ticket) if ticket.thread else whole)[:_QUESTION_CHARACTERS]


def _told(request: DraftRequest) -> str:
    """What the customer was answered in this conversation."""
    answers = (turn.body for turn in request.ticket.thread if turn.author is not Author.CUSTOMER)
    return normalised("\n".join(answers))


def _all_told(quotes: Iterable[str], told: str) -> bool:
    return bool(told) and all(normalised(plain(quote)) in told for quote in quotes)


def _from_correction(request: DraftRequest, told: str, *, asked: bool = True) -> Passage | None:
    """The most similar past answer that has what is asked for (unless `asked` is off), says
    nothing of its own customer only, and is new."""
    question = question_of(request)
    for correction in sorted(request.corrections, key=lambda c: -c.similarity):
        quotes = pieces(body_of(correction.resolution))
        if (
            quotes
            and not _all_told(quotes, told)
            and not _ONE_CASE_ONLY.search(correction.resolution)
            and not (asked and missing(question, correction.resolution, strict=True))
        ):
            title = correction.summary
            return Passage(correction.id, title, "", tuple(quotes), correction.similarity)
    return None


def _citations(passage: Passage) -> list[Citation]:
    return [Citation(source_id=passage.source_id, quote=quote) for quote in passage.quotes]


def _laid_out(quotes: tuple[str, ...]) -> str:
    lines: list[str] = []
    for quote in quotes:
        if is_list_item(quote) or not lines or is_list_item(lines[-1]):
            lines.append(plain(quote))
        else:
            lines[-1] = f"{lines[-1]} {plain(quote)}"
    return "\n".join(lines)


def _greeting(guidelines: Guidelines, name: str | None) -> str:
    if name and name.strip():
        greeting = guidelines.greeting.replace("{first_name}", name.split()[0])
        return greeting.replace("{name}", name.strip())
    return guidelines.greeting_without_name


def _findings(request: DraftRequest, passage: Passage | None, doubts: list[str]) -> list[str]:
    findings = list(doubts)
    if passage is not None:
        quote = plain(" ".join(passage.quotes))[:300]
        where = f"{passage.title} ({passage.url})" if passage.url else passage.title
        findings.append(f"Closest: {where}, evidence {passage.evidence:.2f}: “{quote}”")
    findings += [
        f"Similar ticket (similarity {c.similarity:.2f}): {c.summary}" for c in request.corrections
    ]
    return findings
