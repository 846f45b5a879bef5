"""What the ticket itself, its classification and its history say: must a human have it?"""

from collections.abc import Iterator

from services.contracts import (
    Classification,
    Effect,
    History,
    Mode,
    Reason,
    Rule,
    Sentiment,
    Ticket,
    Triage,
    TriageRequest,
    Urgency,
)
from services.rules.injection import score_injection
from services.rules.injection_judge import ModelFinding
from services.rules.phrases import Tokens, tokenize
from services.rules.policies import Standing
from services.rules.rulebook import Rulebook, TicketWords
from services.rules.text import MAX_READ, customer_texts, is_empty, too_long_to_read

_HUMAN, _RAISE, _BLOCK, _NOTE = (
    Effect.REQUIRE_HUMAN,
    Effect.RAISE_URGENCY,
    Effect.BLOCK_SEND,
    Effect.NOTE,
)


def triage(
    request: TriageRequest,
    book: Rulebook,
    standing: Standing,
    judged: ModelFinding | None = None,
) -> Triage:
    """Apply every rule that needs no draft; all that apply are reported, not just the first.

    `judged` is what the trained model finds of injection; without it only the patterns speak.
    """
    ticket, classification = request.ticket, request.classification
    reasons = list(_word_reasons(ticket, book))
    urgency = _raised(classification.urgency, reasons, book)
    reasons += _injection_reasons(ticket, book)
    if judged is not None and judged.attempt:
        reasons.append(Reason(rule=Rule.PROMPT_INJECTION, detail=judged.detail, effect=_HUMAN))
    reasons += _classification_reasons(classification, standing)
    reasons += _urgency_reasons(urgency, standing)
    reasons += _history_reasons(ticket, request.history or History(), standing)
    mode, why = effective_mode(standing, urgency)
    reasons += [Reason(rule=Rule.DRAFT_MODE, detail=detail, effect=_BLOCK) for detail in why]
    return Triage(
        urgency=urgency,
        requires_human=any(reason.effect is _HUMAN for reason in reasons),
        reasons=reasons,
        mode=mode,
        corrections_in_category=standing.corrections,
    )


def _word_reasons(ticket: Ticket, book: Rulebook) -> Iterator[Reason]:
    texts = [tokenize(text) for text in customer_texts(ticket)]
    for entry in book.ticket_words.values():
        found = _first(texts, entry)
        if found is None:
            continue
        detail = f"{entry.meaning}: “{found}”."
        if entry.urgency is not None:
            raised = f"{detail} Urgency is at least {entry.urgency}."
            yield Reason(rule=entry.rule, detail=raised, effect=_RAISE)
        yield Reason(rule=entry.rule, detail=detail, effect=_HUMAN)


def _first(texts: list[Tokens], entry: TicketWords) -> str | None:
    matches = (entry.phrases.find(tokens) for tokens in texts)
    return next((match.text[:120] for match in matches if match), None)


def _raised(urgency: Urgency, reasons: list[Reason], book: Rulebook) -> Urgency:
    """The highest of the classifier's urgency and what the words found demand."""
    raising = {reason.detail for reason in reasons if reason.effect is _RAISE}
    demanded = [
        entry.urgency
        for entry in book.ticket_words.values()
        if entry.urgency and any(detail.startswith(f"{entry.meaning}: ") for detail in raising)
    ]
    return max([urgency, *demanded], key=lambda level: level.rank)


def _injection_reasons(ticket: Ticket, book: Rulebook) -> Iterator[Reason]:
    finding = score_injection(ticket, book.injection)
    if not finding.meanings:
        return
    attempt = finding.score >= book.injection.threshold
    what = "; ".join(finding.meanings[:5])
    detail = f"Pattern score {finding.score:.2f} of {book.injection.threshold:.2f}: {what}."
    effect = _HUMAN if attempt else _NOTE
    yield Reason(rule=Rule.PROMPT_INJECTION, detail=detail, effect=effect)


def _classification_reasons(found: Classification, standing: Standing) -> Iterator[Reason]:
    policy = standing.policy
    if found.sentiment is Sentiment.FRUSTRATED:
        detail = "The customer is frustrated."
        yield Reason(rule=Rule.FRUSTRATED_CUSTOMER, detail=detail, effect=_HUMAN)
    if standing.unknown_category:
        detail = (
            f"The category '{found.category}' has no policy; known: {', '.join(standing.known)}."
        )
        yield Reason(rule=Rule.ALWAYS_HUMAN_CATEGORY, detail=detail, effect=_HUMAN)
    elif policy.always_human:
        detail = f"'{found.category}' always goes to a human."
        yield Reason(rule=Rule.ALWAYS_HUMAN_CATEGORY, detail=detail, effect=_HUMAN)
    if found.requires_human and not found.confidence:
        detail = f"The classifier has no answer: {found.reasoning}"
        yield Reason(rule=Rule.LOW_CONFIDENCE, detail=detail, effect=_HUMAN)
        return
    if found.confidence < policy.min_confidence:
        detail = (
            f"Classified with confidence {found.confidence:.2f}, under {policy.min_confidence}."
        )
        yield Reason(rule=Rule.LOW_CONFIDENCE, detail=detail, effect=_HUMAN)
    if found.requires_human:
        detail = "The classifier asks for a human."
        yield Reason(rule=Rule.HUMAN_REQUESTED, detail=detail, effect=_HUMAN)


def _urgency_reasons(urgency: Urgency, standing: Standing) -> Iterator[Reason]:
    limit = min(standing.policy.human_from_urgency.rank, Urgency.CRITICAL.rank)
    if urgency.rank >= limit:
        detail = f"Urgency {urgency}."
        yield Reason(rule=Rule.HIGH_URGENCY, detail=detail, effect=_HUMAN)


def _history_reasons(ticket: Ticket, history: History, standing: Standing) -> Iterator[Reason]:
    policy = standing.policy
    turns = max(history.turns, len(ticket.thread) + 1)
    if turns > policy.max_turns:
        detail = f"{turns} turns, more than {policy.max_turns}."
        yield Reason(rule=Rule.THREAD_TOO_LONG, detail=detail, effect=_HUMAN)
    if too_long_to_read(ticket):
        detail = f"More than {MAX_READ:,} characters: too much to be judged by a machine."
        yield Reason(rule=Rule.THREAD_TOO_LONG, detail=detail, effect=_HUMAN)
    limit = policy.repeat_ask_limit
    if limit is not None and history.similar_asks >= limit:
        detail = f"Asked {history.similar_asks} times before."
        yield Reason(rule=Rule.REPEAT_ASK, detail=detail, effect=_HUMAN)
    if history.answered_automatically and not policy.answer_replies:
        detail = "A reply to an automatic answer."
        yield Reason(rule=Rule.REPLY_TO_AUTOMATIC, detail=detail, effect=_HUMAN)
    if is_empty(ticket):
        detail = "The message holds no words of its own."
        yield Reason(rule=Rule.EMPTY_TICKET, detail=detail, effect=_HUMAN)


def effective_mode(standing: Standing, urgency: Urgency) -> tuple[Mode, list[str]]:
    """Whether this ticket may be answered without a human, and if not, why."""
    policy = standing.policy
    why: list[str] = []
    if policy.mode is Mode.DRAFT:
        why.append(f"A human approves every reply in '{policy.category}'.")
    elif standing.approved < policy.draft_until_approved:
        why.append(
            f"A human approves every reply until {policy.draft_until_approved} were approved "
            f"unchanged in '{policy.category}'; so far {standing.approved}."
        )
    if (standing.language_mode or policy.autonomy_begins) is Mode.DRAFT:
        earned = standing.language_reason or "It has not been earned yet."
        why.append(f"A human approves replies in this language of '{policy.category}'. {earned}")
    if urgency.rank > Urgency(policy.send_up_to_urgency).rank:
        why.append(f"Urgency {urgency}: only up to {policy.send_up_to_urgency} may be sent.")
    return (Mode.DRAFT if why else Mode.AUTO), why
