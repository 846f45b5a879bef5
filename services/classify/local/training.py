"""Fitting: logistic regressions on embeddings, and their calibration from held-out predictions."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from services.classify.local.artefact import Artefact
from services.classify.local.errors import TrainingDataInvalid
from services.classify.local.heads import Floats, Head, constant
from services.classify.local.judging import judge
from services.classify.local.letters import letter_runs
from services.classify.local.rows import OUT_OF_SCOPE, TrainingRow
from services.classify.local.tone import tone_signs

FOLDS = 5
# Strength of the fit (inverse regularisation), chosen on held-out rows.
_GROUPS_C = 10.0
_OTHERS_C = 3.0
_SENTIMENT_C = 10.0

Mask = NDArray[np.bool_]


def train(rows: Sequence[TrainingRow], vectors: Floats, embedder: str) -> Artefact:
    """Fit all heads on embedded rows; raises `TrainingDataInvalid` where there is too little."""
    ours = _mask(row.category not in ("", OUT_OF_SCOPE) for row in rows)
    _check(rows, ours)
    uncalibrated = _fit(rows, vectors, ours, embedder)
    return replace(uncalibrated, calibration=_calibrate(rows, vectors, ours, embedder))


def train_uncalibrated(rows: Sequence[TrainingRow], vectors: Floats, embedder: str) -> Artefact:
    """Fit all heads, but no confidence: six times as fast, enough to compare categories."""
    ours = _mask(row.category not in ("", OUT_OF_SCOPE) for row in rows)
    _check(rows, ours)
    return _fit(rows, vectors, ours, embedder)


def _check(rows: Sequence[TrainingRow], ours: Mask) -> None:
    counts: dict[str, int] = {}
    for row, known in zip(rows, ours, strict=True):
        if known:
            counts[row.category] = counts.get(row.category, 0) + 1
    if len(counts) < 2:
        raise TrainingDataInvalid("at least two categories are needed")
    if rare := [name for name, count in counts.items() if count < 3]:
        raise TrainingDataInvalid(f"category '{rare[0]}' has under 3 rows; write some more")


def _fit(rows: Sequence[TrainingRow], vectors: Floats, ours: Mask, embedder: str) -> Artefact:
    known = [row for row, mine in zip(rows, ours, strict=True) if mine]
    groups = fit_head(vectors[ours], [row.group for row in known], _GROUPS_C)
    first = {row.group: row for row in reversed(known)}
    tones = np.stack([tone_signs(row.text) for row in rows])
    return Artefact(
        embedder=embedder,
        categories=tuple(first[group].category for group in groups.labels),
        intents=tuple(first[group].intent for group in groups.labels),
        centroids=_centroids(vectors[ours], [row.group for row in known], groups.labels),
        groups=groups,
        letters=_letters(known),
        scope=_scope(rows, vectors, ours),
        urgency=_labelled(rows, vectors, "urgency", "medium"),
        sentiment=_labelled(
            [_with_mood(row) for row in rows],
            np.hstack([vectors, tones]),
            "sentiment",
            "neutral",
            strength=_SENTIMENT_C,
            balanced=False,
        ),
        human=_labelled([_with_human(row) for row in rows], vectors, "human", "no"),
        calibration=constant("right", 1),
        rows=len(rows),
    )


def fit_head(
    features: Floats, labels: Sequence[str], strength: float, *, balanced: bool = True
) -> Head:
    """Fit one head; `balanced`: each label weighs the same, however many rows it has."""
    if len(set(labels)) == 1:
        return constant(labels[0], features.shape[1])
    model = LogisticRegression(
        C=strength, max_iter=500, class_weight="balanced" if balanced else None
    )
    model.fit(features, np.array(labels))
    weights, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    if len(model.classes_) == 2:
        weights = np.vstack([np.zeros_like(weights), weights])
        bias = np.concatenate([np.zeros_like(bias), bias])
    return Head(tuple(str(name) for name in model.classes_), weights, bias)


def _labelled(
    rows: Sequence[TrainingRow],
    features: Floats,
    column: str,
    default: str,
    *,
    strength: float = _OTHERS_C,
    balanced: bool = True,
) -> Head:
    labels = [getattr(row, column) for row in rows]
    chosen = _mask(bool(label) for label in labels)
    if not chosen.any():
        return constant(default, features.shape[1])
    said = [label for label in labels if label]
    return fit_head(features[chosen], said, strength, balanced=balanced)


def _letters(known: Sequence[TrainingRow]) -> Head:
    # Public data sets, whose rows carry a label, are English and of another trade.
    own = [row for row in known if not row.label]
    if {row.category for row in own} != {row.category for row in known}:
        own = list(known)
    runs = np.stack([letter_runs(row.text) for row in own])
    return fit_head(runs, [row.category for row in own], _GROUPS_C)


def _with_mood(row: TrainingRow) -> TrainingRow:
    """A fifth of the public sets' plain questions count as neutral: more would drown the moods."""
    plain = row.label and not row.sentiment and fold_of(row.text) == 0
    return replace(row, sentiment="neutral") if plain else row


def _with_human(row: TrainingRow) -> TrainingRow:
    """What says nothing of a human needs one only where it is critical."""
    if row.human or not row.category:
        return row
    return replace(row, human="yes" if row.urgency == "critical" else "no")


def _scope(rows: Sequence[TrainingRow], vectors: Floats, ours: Mask) -> Head:
    foreign = _mask(row.category == OUT_OF_SCOPE for row in rows)
    if not foreign.any():
        return constant("yes", vectors.shape[1])
    used = ours | foreign
    return fit_head(vectors[used], ["yes" if mine else "no" for mine in ours[used]], _OTHERS_C)


def _centroids(vectors: Floats, groups: Sequence[str], names: Sequence[str]) -> Floats:
    labels = np.array(groups)
    means = np.stack([vectors[labels == name].mean(axis=0) for name in names])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


def _calibrate(rows: Sequence[TrainingRow], vectors: Floats, ours: Mask, embedder: str) -> Head:
    """Fit right | wrong from predictions on rows that the heads had not seen."""
    judged = ours | _mask(row.category == OUT_OF_SCOPE for row in rows)
    folds = np.array([fold_of(row.text) for row in rows])
    features, right = [], []
    for fold in range(FOLDS):
        held, rest = judged & (folds == fold), folds != fold
        if not held.any() or len({row.category for row in _at(rows, rest & ours)}) < 2:
            continue
        artefact = _fit(_at(rows, rest), vectors[rest], ours[rest], embedder)
        held_rows = _at(rows, held)
        judged_fold = judge(artefact, vectors[held], [row.text for row in held_rows])
        features.append(judged_fold.evidence)
        said = [judged_fold.names[best] for best in judged_fold.categories.argmax(axis=1)]
        right += _right(held_rows, said)
    if len(set(right)) < 2:
        return constant(right[0] if right else "right", features[0].shape[1] if features else 6)
    return _fit_plain(np.vstack(features), right)


def _right(rows: Sequence[TrainingRow], said: Sequence[str]) -> list[str]:
    return [
        "right" if row.category == name else "wrong" for row, name in zip(rows, said, strict=True)
    ]


def _fit_plain(features: Floats, right: Sequence[str]) -> Head:
    # Not balanced: a calibration has to know how often the classifier is right.
    model = LogisticRegression(C=1.0, max_iter=500).fit(features, np.array(right))
    weights = np.vstack([np.zeros_like(model.coef_), model.coef_]).astype(np.float32)
    bias = np.array([0.0, model.intercept_[0]], dtype=np.float32)
    return Head(tuple(str(name) for name in model.classes_), weights, bias)


def fold_of(text: str) -> int:
    """A text's fold, the same on every machine."""
    return int(hashlib.sha256(text.strip().lower().encode()).hexdigest(), 16) % FOLDS


def _mask(values: object) -> Mask:
    return np.fromiter(values, dtype=bool)  # type: ignore[call-overload,no-any-return]


def _at(rows: Sequence[TrainingRow], mask: Mask) -> list[TrainingRow]:
    return [row for row, chosen in zip(rows, mask, strict=True) if chosen]
