"""Fits, uses and takes back the probability that a reply needs no human."""

import asyncio
import time
from collections.abc import Sequence

import numpy as np
import structlog
from numpy.typing import NDArray

from services.contracts.advice import (
    CalibrationReport,
    CategoryReliability,
    FitResult,
    ModelVersion,
    ModelVersions,
    ReliabilityBin,
)
from services.rules.calibration import Calibrator, LogisticCalibrator, Weights
from services.rules.calibration_fit import LEAST_OUTCOMES, Fit, Judged, fit
from services.rules.calibration_store import CalibrationStore
from services.rules.errors import UnknownCalibration
from services.rules.reliability import reliability

logger = structlog.get_logger(__name__)

Floats = NDArray[np.float64]

KEPT_VERSIONS = 30


class Calibrations:
    """Versions of the probability; all replicas use the active one, or the prior."""

    def __init__(
        self, store: CalibrationStore, prior: Weights, refresh_seconds: float = 30.0
    ) -> None:
        self._store = store
        self._prior = prior
        self._refresh_seconds = refresh_seconds
        self._looked_at = float("-inf")
        self._version: int | None = None
        self._calibrator: Calibrator = LogisticCalibrator(prior)
        self._loading = asyncio.Lock()

    async def current(self) -> Calibrator:
        """What to compute probabilities with now; looks for another version from time to time."""
        if time.monotonic() - self._looked_at >= self._refresh_seconds:
            async with self._loading:
                if time.monotonic() - self._looked_at >= self._refresh_seconds:
                    await self._look()
        return self._calibrator

    async def _look(self) -> None:
        version = await self._store.active()
        if version != self._version:
            weights = await self._store.weights(version) if version is not None else None
            self._calibrator = LogisticCalibrator(weights or self._prior)
            self._version = version
            logger.info("calibration_loaded", version=version)
        self._looked_at = time.monotonic()

    async def refit(self, by: str) -> FitResult:
        """Fit anew from all reviewed outcomes, and use it where it is no worse than the prior."""
        judged = await self._store.judged()
        if len(judged) < LEAST_OUTCOMES:
            missing = LEAST_OUTCOMES - len(judged)
            reason = (
                f"{len(judged)} of {LEAST_OUTCOMES} reviewed outcomes whose features are known: "
                f"{missing} more."
            )
            return FitResult(
                fitted=False, version=None, active=await self._store.active(), reason=reason
            )
        found, former = await asyncio.to_thread(_fit_and_compare, judged, self._prior)
        report = {"brier": round(found[1], 5), "brier_of_prior": round(former, 5)}
        better = found[1] <= former
        replays = {
            each.id: float(value) for each, value in zip(judged, found[0].unseen, strict=True)
        }
        version = await self._store.put(
            by, found[0].weights, report, replays, activate=better, keep=KEPT_VERSIONS
        )
        logger.info("calibration_fitted", version=version, by=by, used=better, **report)
        self._looked_at = float("-inf")
        comparison = (
            f"Brier score {found[1]:.4f} on outcomes it had not seen, the prior {former:.4f}"
        )
        return FitResult(
            fitted=better,
            version=version,
            active=await self._store.active(),
            reason=f"{comparison}." if better else f"Kept, but not used: {comparison}.",
            report={"outcomes": len(judged), **report},
        )

    async def roll_back(self, version: int | None, by: str) -> ModelVersions:
        """Use `version` again, 0: the prior, None: what was there before the active one.

        Raises
        ------
        UnknownCalibration
            Where there is no such version.
        """
        if version is None:
            version = await self._before_the_active()
        if not await self._store.use(version or None, by):
            raise UnknownCalibration(f"There is no calibration {version}.")
        self._looked_at = float("-inf")
        logger.info("calibration_rolled_back", version=version or None, by=by)
        return await self.versions()

    async def _before_the_active(self) -> int:
        active = await self._store.active()
        older = [
            int(each["version"])
            for each in await self._store.versions()
            if active is not None and each["version"] < active
        ]
        return max(older, default=0)

    async def versions(self) -> ModelVersions:
        """Which there are, newest first."""
        versions = [ModelVersion(**each) for each in await self._store.versions()]
        active = next((each.version for each in versions if each.active), None)
        return ModelVersions(active=active, versions=versions)

    async def report(self) -> CalibrationReport:
        """How well the probability keeps its word: all together, and each category."""
        known = await self._store.said_and_right()
        with_features = len(await self._store.judged())
        found = await self.versions()
        groups: list[tuple[str | None, list[tuple[str, float, bool]]]] = []
        groups += [(None, known)] if known else []
        for category in sorted({row[0] for row in known}):
            groups.append((category, [row for row in known if row[0] == category]))
        return CalibrationReport(
            active=found.active,
            versions=found.versions,
            outcomes=len(known),
            outcomes_needed=max(0, LEAST_OUTCOMES - with_features),
            reliability=[_reliability(category, rows) for category, rows in groups],
        )


def _fit_and_compare(judged: Sequence[Judged], prior: Weights) -> tuple[tuple[Fit, float], float]:
    """The fit with the Brier score of its unseen predictions, and that of the prior."""
    found = fit(judged, prior)
    calibrator = LogisticCalibrator(prior)
    right = np.array([each.right for each in judged], float)
    before = [calibrator.probability(each.features, each.category) for each in judged]
    return (found, _brier(found.unseen, right)), _brier(np.array(before), right)


def _brier(said: Floats, right: Floats) -> float:
    return float(np.mean((said - right) ** 2))


def _reliability(
    category: str | None, rows: Sequence[tuple[str, float, bool]]
) -> CategoryReliability:
    found = reliability([row[1] for row in rows], [row[2] for row in rows])
    return CategoryReliability(
        category=category,
        outcomes=found.outcomes,
        right=found.right,
        said=found.said,
        brier=found.brier,
        ece=found.ece,
        bins=[ReliabilityBin(**vars(each)) for each in found.bins],
    )
