"""Fits the answer model from the correction store, and goes back to an earlier version."""

import asyncio
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import structlog

from services.common.embeddings import Embedder
from services.contracts.advice import FitResult, ModelVersion, ModelVersions
from services.retrieve.answer_store import AnswerStore, Replay
from services.retrieve.answers.artefact import Shelf, to_bytes
from services.retrieve.answers.examples import Example
from services.retrieve.answers.model import LEAST_EXAMPLES, Fitted, TooFewAnswers, fit
from services.retrieve.errors import MixedEmbeddings, TooFewCorrections, UnknownAnswerModel
from services.retrieve.settings import RetrieveSettings

logger = structlog.get_logger(__name__)


class AnswerFitting:
    """Makes versions of the answer model; all replicas use the active one."""

    def __init__(
        self, store: AnswerStore, embedder: Embedder, settings: RetrieveSettings | None = None
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._settings = settings or RetrieveSettings()
        self._one_at_a_time = asyncio.Lock()

    async def fit(self, by: str) -> dict[str, Any]:
        """Fit, store and activate a new version; returns its report.

        Raises
        ------
        MixedEmbeddings
            Where corrections were embedded with another model than the configured one.
        TooFewCorrections
            Naming how many there are and how many it takes.
        """
        await self._require_one_model()
        examples = await self._store.examples(self._settings.answer_model_corrections)
        if len(examples) < LEAST_EXAMPLES:
            raise TooFewCorrections(
                f"The answer model needs {LEAST_EXAMPLES} solved tickets, there are "
                f"{len(examples)}: {LEAST_EXAMPLES - len(examples)} more."
            )
        started = perf_counter()
        try:
            fitted, artefact = await asyncio.to_thread(_fit_and_pack, examples)
        except TooFewAnswers as error:
            raise TooFewCorrections(str(error)) from error
        report = _report(fitted, round(perf_counter() - started, 1))
        counts = (len(examples), len(fitted.names))
        version = await self._store.put(
            by,
            counts,
            report,
            artefact,
            _replays(examples, fitted),
            self._settings.answer_model_versions,
        )
        logger.info("answer_model_fitted", version=version, by=by, **report)
        return {"version": version, **report}

    async def _require_one_model(self) -> None:
        models = await self._store.embedding_models()
        others = {name: count for name, count in models.items() if name != self._embedder.name}
        if others:
            listed = ", ".join(f"{count} with {name}" for name, count in sorted(others.items()))
            raise MixedEmbeddings(
                f"Corrections were embedded with other models than {self._embedder.name}: {listed}."
                " Run `python -m services.retrieve.reembed` first."
            )

    async def refit(self, by: str, when_grown: float | None = None) -> FitResult:
        """Like `fit`, but tells, rather than raises, that there is too little to learn from.

        With `when_grown`, only if there are more corrections than at the last fit, by this share.
        """
        async with self._one_at_a_time:
            grown = await self.grown() if when_grown is not None else None
            if grown is not None and when_grown is not None and grown < when_grown:
                return await self._nothing(f"{grown:.1%} more corrections than at the last fit.")
            try:
                report = await self.fit(by)
            except TooFewCorrections as error:
                return await self._nothing(str(error))
        version = report.pop("version")
        reason = f"Fitted on {report['corrections']} corrections."
        return FitResult(fitted=True, version=version, active=version, reason=reason, report=report)

    async def _nothing(self, reason: str) -> FitResult:
        active = await self._store.active()
        return FitResult(
            fitted=False, version=None, active=active[0] if active else None, reason=reason
        )

    async def grown(self) -> float:
        """How much the store has grown since the last fit, as a share; infinite before a first."""
        versions = await self._store.versions()
        if not versions:
            return float("inf")
        count = (await self._store.embedding_models()).get(self._embedder.name, 0)
        count = min(count, self._settings.answer_model_corrections)
        return count / max(1, int(versions[0]["examples"])) - 1

    async def activate(self, version: int | None, by: str = "command") -> None:
        """Use an earlier version again, or none; raises `UnknownAnswerModel`."""
        if not await self._store.activate(version):
            raise UnknownAnswerModel(f"There is no answer model {version}.")
        logger.info("answer_model_activated", version=version, by=by)

    async def roll_back(self, version: int | None, by: str) -> ModelVersions:
        """Use `version` again, 0: none, None: the one before the active one.

        Raises
        ------
        UnknownAnswerModel
            Where there is no such version.
        """
        if version is None:
            active = await self._store.active()
            older = [
                int(each["id"])
                for each in await self._store.versions()
                if active and each["id"] < active[0]
            ]
            version = max(older, default=0)
        await self.activate(version or None, by)
        return await self.versions()

    async def versions(self) -> ModelVersions:
        """Which there are, newest first."""
        found = [_version(row) for row in await self._store.versions()]
        active = next((each.version for each in found if each.active), None)
        return ModelVersions(active=active, versions=found)


def _version(row: Mapping[str, Any]) -> ModelVersion:
    return ModelVersion(
        version=row["id"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        learned_from=row["examples"],
        active=row["active"],
        report=row["report"],
    )


def _fit_and_pack(examples: Sequence[Example]) -> tuple[Fitted, bytes]:
    fitted = fit(examples)
    shelf = Shelf(
        fitted.model,
        quotable=np.array([example.quotable for example in examples]),
        categories=np.array([example.category for example in examples]),
    )
    return fitted, to_bytes(shelf)


def _report(fitted: Fitted, seconds: float) -> dict[str, Any]:
    probability, right = fitted.unseen.probability, fitted.right
    return {
        "corrections": len(right),
        "answers": len(fitted.names),
        "right_when_unseen": round(float(right.mean()), 4),
        "brier": round(float(np.mean((probability - right) ** 2)), 4),
        "fit_seconds": seconds,
    }


def _replays(examples: Sequence[Example], fitted: Fitted) -> list[Replay]:
    rows = zip(examples, fitted.unseen.probability, fitted.right, strict=True)
    return [
        Replay(example.id, example.category, float(probability), bool(right))
        for example, probability, right in rows
    ]
