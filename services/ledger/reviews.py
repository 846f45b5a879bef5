"""Reviews: what waits for a human, and the one decision on each."""

import structlog

from services.common.database import Database
from services.contracts import Decision, ReviewDecisionRequest
from services.contracts.ledger_answers import Review, ReviewList, ReviewState
from services.ledger import queue, store_history, store_reviews
from services.ledger.errors import (
    AlreadyDecided,
    ReplyMissing,
    ReplyUnexpected,
    ReviewSuperseded,
    UnknownReview,
)

logger = structlog.get_logger(__name__)


class Reviews:
    """Lists reviews and takes decisions; n8n carries them out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, review_id: int) -> Review:
        """Return one review; raises `UnknownReview`."""
        async with self._database.connection() as connection:
            review = await store_reviews.get_review(connection, review_id)
        if review is None:
            raise UnknownReview(f"No review {review_id}.")
        return review

    async def list(
        self,
        state: ReviewState | None,
        category: str | None,
        language: str | None,
        limit: int,
        offset: int,
    ) -> ReviewList:
        """Return reviews, the most urgent and oldest first."""
        async with self._database.connection() as connection:
            reviews, total = await store_reviews.list_reviews(
                connection, state, category, language, limit, offset
            )
        return ReviewList(reviews=reviews, total=total)

    async def decide(self, review_id: int, request: ReviewDecisionRequest) -> Review:
        """Write the decision and queue it for n8n, in one transaction; the first one wins."""
        async with self._database.connection() as connection:
            review = await store_reviews.get_review(connection, review_id, lock=True)
            if review is None:
                raise UnknownReview(f"No review {review_id}.")
            _check_open(review)
            reply = _reply(review, request)
            await store_reviews.decide(connection, review_id, request, reply)
            await store_history.add_review_event(connection, review, request)
            await queue.enqueue_decision(connection, review_id)
            decided = await store_reviews.get_review(connection, review_id)
        assert decided is not None
        logger.info("review_decided", review_id=review_id, decision=request.decision.value)
        return decided


def _check_open(review: Review) -> None:
    if review.state is ReviewState.SUPERSEDED:
        raise ReviewSuperseded("The customer wrote again; the draft answers an older message.")
    if review.state is not ReviewState.OPEN:
        when = review.decided_at.isoformat() if review.decided_at else "before"
        raise AlreadyDecided(f"{review.agent_id} decided '{review.decision}' at {when}.")


def _reply(review: Review, request: ReviewDecisionRequest) -> str | None:
    """Return the text that will be sent; raises where decision and reply do not fit."""
    drafted = review.draft.reply if review.draft else ""
    match request.decision:
        case Decision.EDIT:
            if not (request.reply or "").strip():
                raise ReplyMissing("An edit needs the edited reply.")
            return request.reply
        case Decision.APPROVE:
            if not drafted.strip():
                raise ReplyMissing("There is no drafted reply to approve; write one with 'edit'.")
            if request.reply not in (None, drafted):
                raise ReplyUnexpected("The reply is not the draft; send it with 'edit'.")
            return drafted
        case _:
            if request.reply is not None:
                raise ReplyUnexpected(f"'{request.decision}' sends no reply.")
            return None
