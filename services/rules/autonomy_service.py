"""Earned autonomy: looks at all categories and languages, and records each change."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.common.database import Database
from services.contracts.autonomy import (
    AutonomyChange,
    AutonomyEvent,
    AutonomyEventList,
    AutonomyList,
    AutonomyReview,
    AutonomyState,
    DecideAutonomyRequest,
)
from services.contracts.rules import Mode
from services.rules import autonomy_store as store
from services.rules.autonomy import Judged, has_earned, in_words, judge, primary, weigh
from services.rules.autonomy_store import Last, Pair
from services.rules.errors import AutonomyUnchanged, PolicyNotFound
from services.rules.policies import Standing
from services.rules.store import PolicyStore

logger = structlog.get_logger(__name__)

_DECIDED = {
    "promote": AutonomyChange.PROMOTED,
    "demote": AutonomyChange.DEMOTED,
    "decline": AutonomyChange.DECLINED,
}


class AutonomyService:
    """Promotes, proposes and demotes; people may do so too."""

    def __init__(self, database: Database, policies: PolicyStore) -> None:
        self._database = database
        self._policies = policies

    async def states(self) -> AutonomyList:
        """How it stands with every language that was reviewed or decided on."""
        standings = await self._standings()
        async with self._database.connection() as connection:
            return AutonomyList(states=await _states(connection, standings, None))

    async def events(
        self, category: str | None, language: str | None, limit: int
    ) -> AutonomyEventList:
        """Changes, newest first."""
        wanted = primary(language) if language else None
        async with self._database.connection() as connection:
            found = await store.events(connection, category, wanted, limit)
        return AutonomyEventList(events=list(found))

    async def review(self) -> AutonomyReview:
        """Look at everything and change what the evidence asks for; repeated, changes nothing."""
        standings = await self._standings()
        changes = []
        async with self._database.connection() as connection:
            await store.lock(connection)
            states = await _states(connection, standings, None)
            known = await store.last(connection, None)
            for state in states:
                event = await _reviewed(connection, state, standings, known)
                if event is not None:
                    changes.append(event)
        for event in changes:
            _log(event)
        return AutonomyReview(looked_at=len(states), changes=changes)

    async def decide(
        self, category: str, language: str, request: DecideAutonomyRequest
    ) -> AutonomyState:
        """Do what a person decided; what is counted begins anew.

        Raises
        ------
        PolicyNotFound
            Where the category has none.
        AutonomyUnchanged
            Where it is so already.
        """
        standing = await self._policies.standing(category, language)
        if standing.unknown_category:
            raise PolicyNotFound(
                f"There is no policy for '{category}'; known: {', '.join(standing.known)}."
            )
        pair, standings = (category, primary(language)), {category: standing}
        change = _DECIDED[request.decision]
        async with self._database.connection() as connection:
            await store.lock(connection)
            state = await _state_of(connection, pair, standings)
            _refuse_what_is_so(state, change)
            reason = f"Decided by {request.updated_by}. {in_words(state.evidence)}"
            event = await store.insert(
                connection, pair, change, request.updated_by, reason, state.evidence
            )
            changed = await _state_of(connection, pair, standings)
        _log(event)
        return changed

    async def _standings(self) -> dict[str, Standing]:
        known = [policy.category for policy in await self._policies.policies()]
        return {category: await self._policies.standing(category) for category in known}


async def _states(
    connection: Any, standings: Mapping[str, Standing], category: str | None
) -> list[AutonomyState]:
    judged = await store.outcomes(connection, category)
    last = await store.last(connection, category)
    return [
        _state(pair, standings[pair[0]], judged.get(pair, ()), last.get(pair))
        for pair in sorted({*judged, *last})
        if pair[0] in standings
    ]


async def _state_of(
    connection: Any, pair: Pair, standings: Mapping[str, Standing]
) -> AutonomyState:
    for state in await _states(connection, standings, pair[0]):
        if state.language == pair[1]:
            return state
    return _state(pair, standings[pair[0]], (), None)


def _state(
    pair: Pair, standing: Standing, judged: Sequence[Judged], last: Last | None
) -> AutonomyState:
    policy = standing.policy
    evidence = weigh(judged, policy, standing.threshold, last.since if last else None)
    mode = last.mode if last and last.mode else policy.autonomy_begins
    open_proposal = last is not None and last.last_change is AutonomyChange.PROPOSED
    return AutonomyState(
        category=pair[0],
        language=pair[1],
        mode=mode,
        reason=(last.reason if last else None) or in_words(evidence),
        since=last.at if last else None,
        by=last.by if last else None,
        proposed=open_proposal and mode is Mode.DRAFT and has_earned(evidence),
        evidence=evidence,
    )


async def _reviewed(
    connection: Any,
    state: AutonomyState,
    standings: Mapping[str, Standing],
    known: Mapping[Pair, Last],
) -> AutonomyEvent | None:
    pair = (state.category, state.language)
    change = judge(state.mode, standings[state.category].policy, state.evidence)
    before = known.get(pair)
    if change is None or (before and before.last_change is change.change):
        return None
    return await store.insert(
        connection, pair, change.change, store.MACHINE, change.reason, state.evidence
    )


def _refuse_what_is_so(state: AutonomyState, change: AutonomyChange) -> None:
    """A second click is no second decision."""
    so = {AutonomyChange.PROMOTED: Mode.AUTO, AutonomyChange.DEMOTED: Mode.DRAFT}.get(change)
    if state.mode is so or (change is AutonomyChange.DECLINED and not state.proposed):
        raise AutonomyUnchanged(
            f"'{state.category}' in '{state.language}' is in mode {state.mode} already, "
            "and nothing is proposed."
        )


def _log(event: AutonomyEvent) -> None:
    logger.info(
        "autonomy_changed",
        category=event.category,
        language=event.language,
        change=event.change,
        by=event.by,
        reviews=event.evidence.reviews,
        wrong=event.evidence.wrong,
    )
