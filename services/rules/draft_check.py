"""May this draft be sent? What fails is blocked with a typed reason."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

from services.common.questions import missing
from services.common.ticket_text import clean_message
from services.contracts import (
    CheckDraftRequest,
    DraftCheck,
    Effect,
    Mode,
    Reason,
    Rule,
    Triage,
    Urgency,
    Verdict,
)
from services.rules.calibration import Calibrator, Prior, measure
from services.rules.claims import ClaimReader, may_be_echoed, stands_whole, supported
from services.rules.conversation import agent_took_part, had_before, other_language
from services.rules.evidence import CitationCheck, Source, check_citations, sources
from services.rules.grounding import Grounding
from services.rules.phrases import tokenize
from services.rules.policies import Standing
from services.rules.rulebook import Rulebook
from services.rules.text import MAX_READ
from services.rules.triage import effective_mode

HARD = frozenset({Rule.UNSUPPORTED_CLAIM, Rule.PROMISE, Rule.ESCALATION_PHRASE, Rule.ABSTAINED})
"""Blockers after which the human gets findings rather than a draft that looks sendable."""

_MAX_OF_A_KIND = 8
_IDENTIFIER = re.compile(r"\b[A-Z]{1,10}[-_]?\d{3,12}(?:-\d{1,12})?[A-Z]{0,3}\b")
"""What stands for one thing only: CVE-2015-2808, E1043, LS-10423; no "5GHz", "2nd", "iOS17"."""


class DraftChecker:
    """Everything compiled once that checking a draft needs."""

    def __init__(self, book: Rulebook, prior: Prior, calibrator: Calibrator) -> None:
        self._book = book
        self._prior = prior
        self._calibrator = calibrator
        self._claims = ClaimReader(book.claims)

    def check(
        self, request: CheckDraftRequest, standing: Standing, calibrator: Calibrator | None = None
    ) -> DraftCheck:
        """Decide on one draft; `auto_send` means nothing at all spoke against it."""
        found = sources(request.evidence)
        citations = check_citations(request.draft, found)
        features = measure(request, citations, standing.corrections, self._prior)
        measured = asdict(features)
        probability = learned_probability(request, citations)
        learned = probability is not None  # people gave this answer to many like questions
        if probability is None:
            chosen = calibrator or self._calibrator
            probability = chosen.probability(features, request.classification.category)
        else:
            measured["learned"] = probability
        blockers = [
            *self._hard_blockers(request, citations),
            *_review_blockers(request, standing),
            *_conversation_blockers(request, citations.cited),
            *_named_elsewhere(request, citations.cited),
            *(() if learned else _not_what_is_asked(request)),
            *_ungrounded(request, found.values()),
            *_below_threshold(probability, standing),
        ]
        reasons = [*_human_reasons(request, standing), *_notes(request, standing)]
        return DraftCheck(
            verdict=_verdict(probability, standing, blockers, reasons),
            probability=probability,
            threshold=standing.threshold,
            review_threshold=min(standing.policy.review_threshold, standing.threshold),
            blockers=blockers,
            reasons=reasons,
            features=measured,
        )

    def _hard_blockers(
        self, request: CheckDraftRequest, citations: CitationCheck
    ) -> Iterator[Reason]:
        draft = request.draft
        if draft.abstained or not draft.reply.strip():
            yield _blocked(Rule.ABSTAINED, "The drafter found no answer it could defend.")
            return
        if len(draft.reply) > MAX_READ:
            yield _blocked(Rule.UNSUPPORTED_CLAIM, "The reply is too long to be checked.")
            return
        if not draft.citations:
            yield _blocked(Rule.UNSUPPORTED_CLAIM, "The reply cites no source.")
        for problem in citations.problems[:_MAX_OF_A_KIND]:
            yield _blocked(Rule.UNSUPPORTED_CLAIM, problem)
        yield from self._unsupported(request, citations.cited)
        yield from self._promises(draft.reply, citations.cited)
        match = self._book.escalation_phrases.phrases.find(tokenize(draft.reply))
        if match:
            yield _blocked(Rule.ESCALATION_PHRASE, f"The reply hands over: “{match.text}”.")

    def _unsupported(self, request: CheckDraftRequest, cited: Sequence[Source]) -> Iterator[Reason]:
        stated = [self._claims.statements(source.text[:MAX_READ]) for source in cited]
        ticket = request.ticket
        asked = self._claims.statements(f"{ticket.subject}\n{ticket.body}"[:MAX_READ])
        own_address = (ticket.requester.email or "").lower()
        blocked = 0
        for claim in self._claims.claims(request.draft.reply):
            echoed = may_be_echoed(claim) and supported(claim, [asked])
            own = claim.kind == "e-mail address" and claim.written.lower() == own_address
            if echoed or own or supported(claim, stated):
                continue
            blocked += 1
            if blocked <= _MAX_OF_A_KIND:
                detail = f"No cited source has this {claim.kind}: “{claim.written[:120]}”."
                yield _blocked(Rule.UNSUPPORTED_CLAIM, detail)

    def _promises(self, reply: str, cited: Sequence[Source]) -> Iterator[Reason]:
        said = tokenize(reply)
        known = [tokenize(source.text[:MAX_READ]) for source in cited]
        for promise in self._book.promises.values():
            match = promise.phrases.find(said)
            if match is None:
                continue
            if promise.never:
                detail = f"The reply claims {promise.meaning}: “{match.text}”."
                yield _blocked(Rule.PROMISE, detail)
            elif not any(promise.phrases.find(tokens) for tokens in known):
                detail = f"No cited source speaks of {promise.meaning}: “{match.text}”."
                yield _blocked(Rule.PROMISE, detail)


def learned_probability(request: CheckDraftRequest, citations: CitationCheck) -> float | None:
    """The answer model's probability, where the reply rests on its answer and nothing else."""
    answer = request.evidence.answer
    if answer is None or not citations.cited or citations.problems:
        return None
    known = set(answer.correction_ids)
    return answer.probability if all(source.id in known for source in citations.cited) else None


def _blocked(rule: Rule, detail: str) -> Reason:
    return Reason(rule=rule, detail=detail, effect=Effect.BLOCK_SEND)


def _review_blockers(request: CheckDraftRequest, standing: Standing) -> Iterator[Reason]:
    """What lets a human send the draft, but not the machine."""
    _, why = effective_mode(standing, request.triage.urgency)
    if request.triage.mode is Mode.DRAFT and not why:
        why = ["Triage asked for a human's approval."]
    for detail in why:
        yield _blocked(Rule.DRAFT_MODE, detail)
    for reason in request.triage.reasons:
        if reason.effect is Effect.BLOCK_SEND and reason.rule != Rule.DRAFT_MODE:
            yield reason


def _conversation_blockers(request: CheckDraftRequest, cited: Sequence[Source]) -> Iterator[Reason]:
    for detail in other_language(request, cited):
        yield _blocked(Rule.DRAFT_MODE, detail)
    if not request.draft.reply.strip():
        return
    if had_before(request):
        detail = "The customer has had this answer before: a human approves it."
        yield _blocked(Rule.DRAFT_MODE, detail)
    if agent_took_part(request):
        detail = "A colleague has written in this conversation: a human approves the reply."
        yield _blocked(Rule.DRAFT_MODE, detail)


def _named_elsewhere(request: CheckDraftRequest, cited: Sequence[Source]) -> Iterator[Reason]:
    """An answer about another error code or order than the customer's reads just as well."""
    ticket = request.ticket
    known = " ".join(source.text for source in cited)[:MAX_READ]
    named = dict.fromkeys(_IDENTIFIER.findall(f"{ticket.subject}\n{ticket.body}"[:MAX_READ]))
    missing = next((name for name in named if not stands_whole(name, known)), None)
    if missing and request.draft.reply.strip():
        detail = f"The ticket names “{missing}”, which no cited source does: a human approves it."
        yield _blocked(Rule.DRAFT_MODE, detail)


def _not_what_is_asked(request: CheckDraftRequest) -> Iterator[Reason]:
    """A reply near the question that has no time, price or case of the kind asked about."""
    ticket, reply = request.ticket, request.draft.reply[:MAX_READ]
    asked = f"{ticket.subject}\n{clean_message(ticket.body)}"[:MAX_READ]
    lacking = missing(asked, reply, strict=True) if reply.strip() else []
    if lacking:
        detail = f"The customer asks about “{lacking[0]}”, the reply does not: a human approves it."
        yield _blocked(Rule.DRAFT_MODE, detail)


def _ungrounded(request: CheckDraftRequest, found: Iterable[Source]) -> Iterator[Reason]:
    """A model that was talked into saying something does so in the ticket's words."""
    if 0 < len(request.draft.reply.strip()) <= MAX_READ:
        for problem in Grounding(request, found).problems():
            yield _blocked(Rule.DRAFT_MODE, f"{problem} A human approves it.")


def _below_threshold(probability: float, standing: Standing) -> Iterator[Reason]:
    if probability < standing.threshold:
        detail = f"Probability {probability:.3f}, under {standing.threshold:.2f}."
        yield _blocked(Rule.BELOW_THRESHOLD, detail)


def _human_reasons(request: CheckDraftRequest, standing: Standing) -> Iterator[Reason]:
    """Why a human must have the ticket whatever the draft is worth."""
    triage, found = request.triage, request.classification
    required = [r for r in triage.reasons if r.effect is Effect.REQUIRE_HUMAN]
    yield from required
    if standing.unknown_category or standing.policy.always_human:
        yield from _once(required, Rule.ALWAYS_HUMAN_CATEGORY, f"'{found.category}' needs a human.")
    if Urgency.CRITICAL in {triage.urgency, found.urgency}:
        yield from _once(required, Rule.HIGH_URGENCY, "Urgency critical.")
    if found.requires_human or (triage.requires_human and not required):
        yield from _once(required, Rule.HUMAN_REQUESTED, "A human was asked for before drafting.")


def _once(known: Sequence[Reason], rule: Rule, detail: str) -> Iterator[Reason]:
    if rule not in {reason.rule for reason in known}:
        yield Reason(rule=rule, detail=detail, effect=Effect.REQUIRE_HUMAN)


def _notes(request: CheckDraftRequest, standing: Standing) -> Iterator[Reason]:
    triage: Triage = request.triage
    yield from (reason for reason in triage.reasons if reason.effect is Effect.NOTE)
    if standing.in_cold_start:
        detail = (
            f"{standing.corrections} of {standing.policy.cold_start_corrections} corrections: "
            f"only from {standing.threshold:.2f} on."
        )
        yield Reason(rule=Rule.COLD_START, detail=detail, effect=Effect.NOTE)


def _verdict(
    probability: float, standing: Standing, blockers: list[Reason], reasons: list[Reason]
) -> Verdict:
    if any(reason.effect is Effect.REQUIRE_HUMAN for reason in reasons):
        return Verdict.HUMAN
    if any(blocker.rule in HARD for blocker in blockers):
        return Verdict.HUMAN
    if probability < min(standing.policy.review_threshold, standing.threshold):
        return Verdict.HUMAN
    return Verdict.REVIEW if blockers else Verdict.AUTO_SEND
