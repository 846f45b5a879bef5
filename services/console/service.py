"""What the console itself decides: what a form means, and what comes next."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.console.clients import CorrectionsApi, LedgerApi, RetrieveApi, RulesApi
from services.console.errors import BackendRefused, ConsoleError
from services.contracts import Decision, RetrieveRequest, ReviewDecisionRequest, Ticket
from services.contracts.autonomy import AutonomyState
from services.contracts.ledger_answers import Review
from services.contracts.policies import CategoryPolicy
from services.contracts.rules import Mode

SEND = "send"
CHOICES = {SEND, Decision.REJECT.value, Decision.TAKE_OVER.value}
_LOOK_AHEAD = 100
_LATELY = timedelta(days=7)
_MACHINE = "deskloop"
_MOST_DOCUMENTS = 30


class NothingToSend(ValueError):
    """The reply is empty."""


def as_request(review: Review, choice: str, text: str, agent: str) -> ReviewDecisionRequest:
    """Return the decision that a form means: a reply left as it was is an approval.

    Raises
    ------
    NothingToSend
        Where a reply was to be sent and holds no words.
    """
    if choice != SEND:
        return ReviewDecisionRequest(decision=Decision(choice), agent_id=agent)
    if not text.strip():
        raise NothingToSend("Write a reply first.")
    if review.draft is not None and same_words(text, review.draft.reply):
        return ReviewDecisionRequest(decision=Decision.APPROVE, agent_id=agent)
    return ReviewDecisionRequest(decision=Decision.EDIT, reply=text.strip(), agent_id=agent)


def copies(ticket: Ticket) -> list[str]:
    """Return whom the customer put in copy; metadata may hold anything."""
    found = ticket.metadata.get("copies")
    return [str(each) for each in found] if isinstance(found, list) else []


def same_words(text: str, drafted: str) -> bool:
    """Tell whether a browser's form brought the draft back unchanged."""
    return bool(drafted.strip()) and _lines(text) == _lines(drafted)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


async def next_review(ledger: LedgerApi, after: int, category: str | None) -> int | None:
    """Return the open review to look at after `after`: the next in order, else the first."""
    found = (await ledger.reviews("open", category, _LOOK_AHEAD)).reviews
    ids = [review.review_id for review in found]
    following = ids[ids.index(after) + 1 :] if after in ids else ids
    return next((each for each in [*following, *ids] if each != after), None)


async def categories(rules: RulesApi) -> list[str]:
    """Return the names of the topics, for a filter; none where rules is away."""
    try:
        return sorted(policy.category for policy in (await rules.policies()).policies)
    except ConsoleError:
        return []


async def autonomy_news(rules: RulesApi) -> list[AutonomyState]:
    """Return what has earned to be answered alone, and what lately lost it by its evidence.

    Nothing where rules is away.
    """
    lately = datetime.now(UTC) - _LATELY
    try:
        states = await rules.autonomy()
    except ConsoleError:
        return []
    return [state for state in states if state.proposed or _lost(state, lately)]


def _lost(state: AutonomyState, since: datetime) -> bool:
    by_itself = state.mode is Mode.DRAFT and state.by == _MACHINE
    return by_itself and state.since is not None and state.since > since


async def policy(rules: RulesApi, category: str) -> CategoryPolicy:
    """Return a category's policy; raises `BackendRefused` (404) where it has none."""
    for found in (await rules.policies()).policies:
        if found.category == category:
            return found
    raise BackendRefused("rules", 404, "not_found", "There is no such category.")


async def source_texts(
    review: Review, retrieve: RetrieveApi, corrections: CorrectionsApi
) -> dict[str, str]:
    """Return the texts of a review's sources, by id, as they are now.

    The ledger keeps none. What is away, or not found any more, is left out: the quotes are there
    without it.
    """
    wanted = list(_ids(review.evidence.get("corrections")))
    parts = _documents(review, retrieve) if review.evidence.get("documents") else _nothing()
    found = await asyncio.gather(parts, *(_correction(corrections, each) for each in wanted))
    return {source_id: text for texts in found for source_id, text in texts.items()}


def _ids(items: object) -> Iterable[str]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            yield item["id"]


async def _nothing() -> dict[str, str]:
    return {}


async def _documents(review: Review, retrieve: RetrieveApi) -> dict[str, str]:
    request = RetrieveRequest(
        ticket=review.ticket,
        category=review.category,
        language=review.language,
        documents=_MOST_DOCUMENTS,
        corrections=0,
    )
    try:
        return {part.id: part.text for part in await retrieve.documents(request)}
    except ConsoleError:
        return {}


async def _correction(corrections: CorrectionsApi, correction_id: str) -> dict[str, str]:
    try:
        return {correction_id: (await corrections.get(correction_id)).human_resolution}
    except ConsoleError:
        return {}
