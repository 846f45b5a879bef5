"""What only a conversation, or a customer's language, says about a draft: who approves it."""

import re
from collections.abc import Iterator, Sequence

from services.common.languages import certain_language, counted_as
from services.contracts import Author, CheckDraftRequest
from services.rules.evidence import Source
from services.rules.text import MAX_READ, fold, own_words

_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*|\n+")
_LETTERS = 12
_REPEATED = 0.8


def other_language(request: CheckDraftRequest, cited: Sequence[Source]) -> Iterator[str]:
    """The customer reads one language; the reply, and past answers it quotes, must be in it."""
    reply = request.draft.reply.strip()[:MAX_READ]
    asked = request.classification.language
    if not reply:
        return
    said = [tag for tag in _languages(request.draft.language, reply) if _differ(tag, asked)]
    written = certain_language(own_words(request.ticket.body[:MAX_READ])) or asked
    if said:
        yield f"The reply is in '{said[0]}', the ticket in '{asked}': a human approves it."
    elif _differ(written, asked):
        yield f"The reply is in '{asked}', the ticket in '{written}': a human approves it."
    for tag in _languages_of_answers(cited):
        if _differ(tag, asked):
            yield f"It quotes an answer that was given in '{tag}': a human approves it."
            return


def _languages_of_answers(cited: Sequence[Source]) -> Iterator[str]:
    for source in cited:
        found = certain_language(source.text[:MAX_READ]) if source.is_correction else None
        if found is not None:
            yield found


def _languages(claimed: str, reply: str) -> Iterator[str]:
    """What the draft says of itself, then what each paragraph plainly is."""
    yield claimed
    for paragraph in [reply, *_PARAGRAPH.split(reply)]:
        found = certain_language(paragraph)
        if found is not None:
            yield found


def _differ(one: str, other: str) -> bool:
    first, second = (tag.lower().replace("_", "-").split("-")[0] for tag in (one, other))
    return first != second and "und" not in {counted_as(one), counted_as(other)}


def had_before(request: CheckDraftRequest) -> bool:
    """Whether the customer has had most of this reply in this conversation already."""
    said = _sentences(request.draft.reply)
    earlier = {
        sentence
        for turn in request.ticket.thread
        if turn.author is not Author.CUSTOMER
        for sentence in _sentences(turn.body)
    }
    return bool(said) and sum(s in earlier for s in said) >= _REPEATED * len(said)


def _sentences(text: str) -> list[str]:
    parts = (re.sub(r"\W+", " ", fold(part)).strip() for part in _SENTENCE.split(text[:MAX_READ]))
    return [part for part in parts if len(part) >= _LETTERS]


def agent_took_part(request: CheckDraftRequest) -> bool:
    """Whether one of our people has written to the customer in this conversation."""
    return any(turn.author is Author.AGENT for turn in request.ticket.thread)
