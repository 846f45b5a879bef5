"""What is learned from outcomes: fits and their versions, advice on thresholds, simulations."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from services.contracts.base import Contract, Identifier, Probability
from services.contracts.policies import Category, CategoryPolicy


class ReviewedOutcome(Contract):
    """What a human found of one draft or automatic answer; no text."""

    ticket_id: Identifier
    turn: int = Field(default=1, ge=1, le=2_147_483_647)
    category: Category
    language: str = Field(default="und", min_length=2, max_length=35)
    probability: Probability = Field(description="As check-draft gave it then.")
    features: dict[str, Probability] | None = Field(
        default=None, description="As check-draft gave them then."
    )
    correct: bool = Field(description="The reply was right as it was.")
    reviewed_at: AwareDatetime
    found_by: Literal["person", "customer", "silence"] = Field(
        default="person",
        description="`silence`: sent automatically, and a week later nobody had said anything. "
        "That is no finding; it only counts among what was sent.",
    )


class StoreOutcomesRequest(Contract):
    """Body of `POST /outcomes`."""

    outcomes: list[ReviewedOutcome] = Field(min_length=1, max_length=1000)


class OutcomesStored(Contract):
    """Answer of `POST /outcomes`: how many were new, or found otherwise than before."""

    stored: int = Field(ge=0)


class ThresholdAdvice(Contract):
    """Answer of `GET /policies/{category}/advice`."""

    category: Category
    threshold: Probability | None = Field(description="Null: refused, `reason` says why.")
    target: float = Field(gt=0, lt=1, description="Allowed share of wrong automatic answers.")
    confidence: float = Field(gt=0, lt=1)
    reviewed: int = Field(ge=0, description="Answers with a known outcome, all sources.")
    sent: int = Field(ge=0, description="How many of them the threshold would have sent.")
    wrong: int = Field(ge=0)
    sent_share: Probability
    upper: Probability = Field(description="Exact upper bound on the wrong share of what is sent.")
    reviews_needed: int = Field(ge=0, description="About how many more reviews it takes.")
    reason: str


class ThresholdSimulation(Contract):
    """Answer of `GET /policies/{category}/simulation`."""

    category: Category
    threshold: Probability
    reviewed: int = Field(ge=0)
    sent: int = Field(ge=0)
    wrong: int = Field(ge=0)
    sent_share: Probability
    upper: Probability
    confidence: float = Field(gt=0, lt=1)


class ApplyAdviceRequest(Contract):
    """Body of `POST /policies/{category}/advice`."""

    updated_by: str = Field(min_length=1, max_length=200, examples=["agent:maria"])
    target: float = Field(default=0.01, gt=0, le=0.5)
    confidence: float = Field(default=0.95, ge=0.5, lt=1)


class AdviceApplied(Contract):
    """Answer of `POST /policies/{category}/advice`: the advice and the policy as it is now."""

    advice: ThresholdAdvice
    policy: CategoryPolicy


class FollowAdviceRequest(Contract):
    """Body of `POST /advice/follow`."""

    updated_by: str = Field(min_length=1, max_length=200, examples=["agent:maria"])
    target: float = Field(default=0.01, gt=0, le=0.5)


class AdviceFollowed(Contract):
    """What became of one category whose policy leaves the threshold to the evidence."""

    category: Category
    changed: bool
    threshold: Probability = Field(description="What holds now.")
    reason: str


class AdviceFollowedList(Contract):
    """Answer of `POST /advice/follow`; only categories that follow the advice."""

    categories: list[AdviceFollowed]


By = Field(min_length=1, max_length=200, examples=["agent:maria"], description="For the record.")


class FitRequest(Contract):
    """Body of `POST /calibration/refit`."""

    by: str = By


class FitAnswersRequest(FitRequest):
    """Body of `POST /answers/fit`."""

    when_grown: float | None = Field(
        default=None,
        ge=0,
        description="Only if there are more corrections than at the last fit, by this share "
        "(0.05: 5 %).",
    )


class RollBackRequest(Contract):
    """Body of `POST /calibration/rollback` and `POST /answers/rollback`."""

    by: str = By
    version: int | None = Field(
        default=None,
        ge=0,
        le=2**63 - 1,
        description="Use this one again; 0: none. Left out: the one before the active one.",
    )


class FitResult(Contract):
    """What a fit came to; `fitted` is false, and `reason` says why, where nothing changed."""

    fitted: bool
    version: int | None = Field(description="Of the new fit.")
    active: int | None = Field(description="Which version is used now; null: none.")
    reason: str
    report: dict[str, Any] = Field(default_factory=dict)


class ModelVersion(Contract):
    """One fit that is kept."""

    version: int
    created_at: AwareDatetime
    created_by: str
    learned_from: int = Field(ge=0, description="How many outcomes or corrections.")
    active: bool
    report: dict[str, Any] = Field(default_factory=dict)


class ModelVersions(Contract):
    """Answer of `GET /answers`, and of both roll-backs: the versions, newest first."""

    active: int | None
    versions: list[ModelVersion]


class ReliabilityBin(Contract):
    """Outcomes of like probability: what was said of them, and what share was right."""

    said: Probability
    right: Probability
    low: Probability
    high: Probability
    outcomes: int = Field(ge=1)


class CategoryReliability(Contract):
    """How well the probabilities of a category keep their word."""

    category: str | None = Field(description="Null: all categories together.")
    outcomes: int = Field(ge=1)
    right: Probability = Field(description="The share that was right.")
    said: Probability = Field(description="The mean probability.")
    brier: Probability = Field(description="Mean squared error; lower is better.")
    ece: Probability = Field(description="Expected calibration error.")
    bins: list[ReliabilityBin]


class CalibrationReport(ModelVersions):
    """Answer of `GET /calibration`: versions, and how well what is used keeps its word."""

    outcomes: int = Field(ge=0, description="Reviewed outcomes, with features or without.")
    outcomes_needed: int = Field(ge=0, description="How many more it takes for a first fit.")
    reliability: list[CategoryReliability] = Field(description="All together first.")
