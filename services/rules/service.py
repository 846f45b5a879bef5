"""The rules step: decides on tickets and drafts, and keeps the policies."""

import asyncio
from dataclasses import dataclass
from typing import Self

import structlog

from services.contracts import CheckDraftRequest, DraftCheck, Triage, TriageRequest
from services.contracts.policies import CategoryPolicy, PolicyList, PutPolicyRequest
from services.rules.calibrating import Calibrations
from services.rules.calibration import LogisticCalibrator, load_prior
from services.rules.calibration_store import CalibrationStore
from services.rules.draft_check import DraftChecker
from services.rules.injection_judge import InjectionJudge
from services.rules.policies import Preset, find_preset, load_presets
from services.rules.rulebook import Rulebook, load_rulebook
from services.rules.settings import RulesSettings
from services.rules.store import PolicyStore
from services.rules.triage import triage

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RulesService:
    """Both calls of the contract, and the policies behind them."""

    book: Rulebook
    presets: dict[str, Preset]
    checker: DraftChecker
    store: PolicyStore
    judge: InjectionJudge
    calibrations: Calibrations | None = None

    @classmethod
    def load(
        cls,
        settings: RulesSettings,
        store: PolicyStore,
        calibration_store: CalibrationStore | None = None,
    ) -> Self:
        """Read every data file; raises `RulesFileError` or `InjectionModelInvalid`."""
        book = load_rulebook(settings.file)
        prior = load_prior(settings.prior_file)
        checker = DraftChecker(book, prior, LogisticCalibrator(prior))
        judge = InjectionJudge.load(settings.injection_model, settings.injection_threshold)
        calibrations = None
        if calibration_store is not None:
            calibrations = Calibrations(
                calibration_store, prior, settings.calibration_refresh_seconds
            )
        presets = load_presets(settings.presets_dir)
        return cls(book, presets, checker, store, judge, calibrations)

    async def triage(self, request: TriageRequest) -> Triage:
        """Decide what can be decided without a draft."""
        about = request.classification
        standing = await self.store.standing(about.category, about.language)
        judged = await self.judge.judge(request.ticket)
        # in a thread: a hostile text of 100 kB takes a second or two, and others wait meanwhile
        found = await asyncio.to_thread(triage, request, self.book, standing, judged)
        logger.info(
            "triaged",
            category=request.classification.category,
            urgency=found.urgency,
            requires_human=found.requires_human,
            mode=found.mode,
            injection_score=round(judged.judgement.score, 4),
            rules=sorted({reason.rule for reason in found.reasons}),
        )
        return found

    async def check_draft(self, request: CheckDraftRequest) -> DraftCheck:
        """Decide what may happen with a draft."""
        about = request.classification
        standing = await self.store.standing(about.category, about.language)
        calibrator = await self.calibrations.current() if self.calibrations else None
        checked = await asyncio.to_thread(self.checker.check, request, standing, calibrator)
        logger.info(
            "draft_checked",
            category=request.classification.category,
            verdict=checked.verdict,
            probability=round(checked.probability, 4),
            threshold=checked.threshold,
            rules=sorted({reason.rule for reason in [*checked.blockers, *checked.reasons]}),
        )
        return checked

    async def policies(self) -> PolicyList:
        """Every policy and the presets' names."""
        return PolicyList(policies=await self.store.policies(), presets=list(self.presets))

    async def put_policy(self, category: str, request: PutPolicyRequest) -> CategoryPolicy:
        """Replace or create one category's policy; raises `PolicyChanged`."""
        stored = await self.store.replace(
            category, request, request.updated_by, request.unchanged_since
        )
        logger.info("policy_changed", category=category, by=request.updated_by)
        return stored

    async def apply_preset(self, name: str, by: str) -> PolicyList:
        """Give every category the values of a preset; all of them or none."""
        preset = find_preset(self.presets, name)
        categories = [policy.category for policy in await self.store.policies()]
        await self.store.put({c: preset.values_for(c) for c in categories}, by)
        logger.info("preset_applied", preset=name, by=by, categories=len(categories))
        return await self.policies()
