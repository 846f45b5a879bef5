"""Advice on thresholds: from the outcomes of a category to its policy."""

import asyncio
from datetime import datetime

import structlog

from services.contracts.advice import (
    AdviceApplied,
    AdviceFollowed,
    AdviceFollowedList,
    ApplyAdviceRequest,
    FollowAdviceRequest,
    OutcomesStored,
    StoreOutcomesRequest,
    ThresholdAdvice,
    ThresholdSimulation,
)
from services.contracts.policies import CategoryPolicy
from services.rules.advisor import Advice, advise, simulate
from services.rules.errors import AdviceRefused, PolicyChanged, PolicyNotFound
from services.rules.outcome_store import OutcomeStore
from services.rules.store import PolicyStore

logger = structlog.get_logger(__name__)


class AdviceService:
    """What thresholds the reviewed outcomes justify."""

    def __init__(self, outcomes: OutcomeStore, policies: PolicyStore) -> None:
        self._outcomes = outcomes
        self._policies = policies

    async def store(self, request: StoreOutcomesRequest) -> OutcomesStored:
        """Keep what humans found; the same outcome sent again changes nothing."""
        stored = await self._outcomes.put(request.outcomes)
        logger.info("outcomes_stored", sent=len(request.outcomes), stored=stored)
        return OutcomesStored(stored=stored)

    async def advice(self, category: str, target: float, confidence: float) -> ThresholdAdvice:
        """The lowest threshold that keeps the target; raises `PolicyNotFound`."""
        await self._policy(category)
        outcomes = await self._outcomes.outcomes(category)
        found = await asyncio.to_thread(advise, outcomes, target, confidence)
        return _advice(category, found, target, confidence)

    async def simulation(
        self, category: str, threshold: float, confidence: float
    ) -> ThresholdSimulation:
        """What `threshold` would have sent of the reviewed tickets; raises `PolicyNotFound`."""
        await self._policy(category)
        found = simulate(await self._outcomes.outcomes(category), threshold, confidence)
        return ThresholdSimulation(
            category=category,
            threshold=threshold,
            reviewed=found.reviewed,
            sent=found.sent,
            wrong=found.wrong,
            sent_share=found.sent / found.reviewed if found.reviewed else 0.0,
            upper=found.upper,
            confidence=confidence,
        )

    async def apply(self, category: str, request: ApplyAdviceRequest) -> AdviceApplied:
        """Set the advised threshold; raises `AdviceRefused` and changes nothing without one."""
        advice = await self.advice(category, request.target, request.confidence)
        if advice.threshold is None:
            raise AdviceRefused(f"No threshold for '{category}': {advice.reason}")
        stored = await self._set(advice, advice.threshold, request.updated_by, None)
        return AdviceApplied(advice=advice, policy=stored)

    async def _set(
        self, advice: ThresholdAdvice, threshold: float, by: str, unchanged_since: datetime | None
    ) -> CategoryPolicy:
        stored = await self._policies.set_threshold(advice.category, threshold, by, unchanged_since)
        logger.info(
            "advice_applied",
            category=advice.category,
            by=by,
            threshold=threshold,
            reviewed=advice.reviewed,
        )
        return stored

    async def follow(self, request: FollowAdviceRequest) -> AdviceFollowedList:
        """Set the advised threshold of every category whose policy follows the advice.

        Where there is none, the threshold stays: that evidence is short says nothing against it.
        """
        found = []
        for policy in await self._policies.policies():
            if policy.follow_advice:
                found.append(await self._follow(policy, request))
        return AdviceFollowedList(categories=found)

    async def _follow(self, policy: CategoryPolicy, request: FollowAdviceRequest) -> AdviceFollowed:
        wanted = ApplyAdviceRequest(updated_by=request.updated_by, target=request.target)
        advice = await self.advice(policy.category, wanted.target, wanted.confidence)
        unchanged = AdviceFollowed(
            category=policy.category,
            changed=False,
            threshold=policy.send_threshold,
            reason=advice.reason,
        )
        if advice.threshold is None or advice.threshold == policy.send_threshold:
            return unchanged
        try:
            await self._set(advice, advice.threshold, wanted.updated_by, policy.updated_at)
        except PolicyChanged as error:  # by a person, who may no longer want it followed
            return unchanged.model_copy(update={"reason": str(error)})
        return unchanged.model_copy(update={"changed": True, "threshold": advice.threshold})

    async def _policy(self, category: str) -> CategoryPolicy:
        policies = {policy.category: policy for policy in await self._policies.policies()}
        if category not in policies:
            known = ", ".join(sorted(policies))
            raise PolicyNotFound(f"There is no policy for '{category}'; known: {known}.")
        return policies[category]


def _advice(category: str, found: Advice, target: float, confidence: float) -> ThresholdAdvice:
    return ThresholdAdvice(
        category=category,
        threshold=found.threshold,
        target=target,
        confidence=confidence,
        reviewed=found.reviewed,
        sent=found.sent,
        wrong=found.wrong,
        sent_share=found.share,
        upper=found.upper,
        reviews_needed=found.reviews_needed,
        reason=found.reason,
    )
