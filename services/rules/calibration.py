"""How likely a reply needs no human: features of the evidence, weighed by a logistic model."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from services.contracts import CheckDraftRequest
from services.rules.errors import RulesFileError
from services.rules.evidence import CitationCheck, Source
from services.rules.rulebook import describe
from services.rules.text import MAX_READ, fold

_WORD = re.compile(r"[^\W\d_]{4,}")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENOUGH_CORRECTIONS = 50
_UNKNOWN = 0.5


@dataclass(frozen=True)
class Features:
    """What the evidence says, each between 0 (bad) and 1 (good)."""

    similarity: float
    """Of the best cited source with the ticket, on its embedding model's own scale."""
    verbatim_share: float
    """Of the citations, those whose quote stands in the source."""
    coverage: float
    """Of the reply's words, those that a cited source holds."""
    agreement: float
    """Of the past resolutions of similar tickets with the reply; 0.5 where there are none."""
    classification_confidence: float
    draft_confidence: float
    corrections: float
    """How much the category has been taught, on a logarithmic scale up to 50."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Of all features, in their order."""
        return tuple(cls.__dataclass_fields__)


class Calibrator(Protocol):
    """Turns features into the probability that the reply is right as it is."""

    def probability(self, features: Features, category: str = "") -> float:
        """A number between 0 and 1."""
        ...


class Scale(BaseModel):
    """Cosine similarities that mean "nothing in common" and "the very thing"."""

    model_config = ConfigDict(extra="forbid")

    document: tuple[float, float]
    correction: tuple[float, float]

    @field_validator("document", "correction")
    @classmethod
    def _ascends(cls, ends: tuple[float, float]) -> tuple[float, float]:
        if not 0 <= ends[0] < ends[1] <= 1:
            raise ValueError("needs two numbers between 0 and 1, the smaller one first")
        return ends


class Weights(BaseModel):
    """What a logistic model weighs."""

    model_config = ConfigDict(extra="forbid")

    intercept: float
    weights: dict[str, float] = Field(min_length=1)
    categories: dict[str, float] = Field(
        default_factory=dict, description="What is added to the intercept in a category."
    )

    @field_validator("weights")
    @classmethod
    def _every_feature(cls, weights: dict[str, float]) -> dict[str, float]:
        if set(weights) != set(Features.names()):
            raise ValueError(f"must name exactly: {', '.join(sorted(Features.names()))}")
        return weights


class Prior(Weights):
    """The file of weights that hold until there are outcomes to fit others from."""

    comment: str = ""
    similarity_scales: dict[str, Scale]

    @field_validator("similarity_scales")
    @classmethod
    def _has_default(cls, scales: dict[str, Scale]) -> dict[str, Scale]:
        if "default" not in scales:
            raise ValueError("needs the entry 'default'")
        return scales

    def scale(self, embedding_model: str) -> Scale:
        """The scale of `embedding_model`, or the cautious default."""
        return self.similarity_scales.get(embedding_model, self.similarity_scales["default"])


class LogisticCalibrator:
    """A logistic model over the features."""

    def __init__(self, weights: Weights) -> None:
        self._intercept = weights.intercept
        self._weights = weights.weights
        self._categories = weights.categories

    def probability(self, features: Features, category: str = "") -> float:
        """A number between 0 and 1; a category of which nothing is known is like the others."""
        values = asdict(features)
        total = self._intercept + self._categories.get(category, 0.0)
        total += sum(w * values[name] for name, w in self._weights.items())
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def load_prior(path: Path) -> Prior:
    """Read the weights; raises `RulesFileError` naming the wrong entry."""
    try:
        return Prior.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as error:
        raise RulesFileError(describe(path, error)) from error
    except (OSError, ValueError) as error:
        raise RulesFileError(f"{path}: {error}") from error


def measure(
    request: CheckDraftRequest, citations: CitationCheck, corrections: int, prior: Prior
) -> Features:
    """The features of one draft."""
    draft, evidence = request.draft, request.evidence
    scale = prior.scale(evidence.embedding_model)
    resolutions = [(c.resolution, c.similarity) for c in evidence.corrections]
    return Features(
        similarity=max((_on_scale(s, scale) for s in citations.cited), default=0.0),
        verbatim_share=citations.verbatim / max(1, len(draft.citations)),
        coverage=coverage(draft.reply, [source.text for source in citations.cited]),
        agreement=agreement(draft.reply, resolutions),
        classification_confidence=request.classification.confidence,
        draft_confidence=draft.confidence,
        corrections=min(1.0, math.log1p(corrections) / math.log1p(_ENOUGH_CORRECTIONS)),
    )


def _on_scale(source: Source, scale: Scale) -> float:
    low, high = scale.correction if source.is_correction else scale.document
    return max(0.0, min(1.0, (source.similarity - low) / (high - low)))


def coverage(reply: str, texts: Sequence[str]) -> float:
    """The share of the reply's content that `texts` hold; 0.5 where they share no language."""
    said, known = _content(reply), set().union(*map(_content, texts)) if texts else set()
    if not said or not known:
        return 0.0
    share = len(said & known) / len(said)
    # A reply in another language than its source shares hardly any word: nothing can be said.
    return _UNKNOWN if share < 0.15 else share


def agreement(reply: str, resolutions: Sequence[tuple[str, float]]) -> float:
    """How far past resolutions, weighed by similarity, say what the reply says; 0.5 if none."""
    said = _content(reply)
    weights = [similarity for _, similarity in resolutions]
    if not said or sum(weights) <= 0:
        return _UNKNOWN
    overlaps = [_overlap(said, _content(resolution)) for resolution, _ in resolutions]
    return sum(o * w for o, w in zip(overlaps, weights, strict=True)) / sum(weights)


def _overlap(one: set[str], other: set[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _content(text: str) -> set[str]:
    """Word stems (and, without spaces between words, pairs of characters) that carry meaning."""
    folded = fold(text[:MAX_READ])
    words = {word[:6] for word in _WORD.findall(folded) if not _CJK.match(word)}
    signs = _CJK.findall(folded)
    return words | {a + b for a, b in pairwise(signs)}
