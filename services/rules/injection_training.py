"""Fitting the injection model: on windows, with thresholds from held-out folds."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from services.rules.injection_model import (
    InjectionModel,
    Linear,
    direct_features,
    task_features,
)
from services.rules.injection_signs import Floats
from services.rules.injection_windows import MAX_SENTENCES, Windows, cut

FOLDS = 5
DIRECT_C = 3.0
TASK_C = 5.0
ROUNDS = 2
# Shares of held-out ordinary messages that each model may flag; they are harder than real ones.
DIRECT_FALSE_ALARMS = 0.003
TASK_FALSE_ALARMS = 0.012
CONTEXTS = 3
PROMPT_WEIGHT = 1.5
_HARMLESS = ("ordinary", "prompt")

Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Row:
    """A training text. `role`: attack | prompt (harmless, to an assistant) | errand | ordinary.

    `group` decides the fold, so that kinds of attack can be held out together; texts of one
    `topic` could stand in one message.
    """

    text: str
    role: str
    group: str = ""
    topic: str = ""

    @property
    def fold(self) -> int:
        """The fold it is held out in, the same on every machine."""
        return fold_of(self.group or self.text)


def fold_of(text: str) -> int:
    """A text's fold, from its hash; case and white space make no difference."""
    plain = " ".join(text.lower().split())
    return int(hashlib.sha256(plain.encode()).hexdigest(), 16) % FOLDS


def train(rows: Sequence[Row], embed: Embed) -> tuple[InjectionModel, list[InjectionModel]]:
    """Fit the model that ships and one per fold without its rows; thresholds from the folds."""
    folds = [_fit([row for row in rows if row.fold != fold], embed) for fold in range(FOLDS)]
    shift_direct, shift_task = _shifts(rows, folds, embed)
    moved = [_shifted(model, shift_direct, shift_task) for model in folds]
    return _shifted(_fit(rows, embed), shift_direct, shift_task), moved


def _shifted(model: InjectionModel, direct: float, task: float) -> InjectionModel:
    return InjectionModel(
        replace(model.direct, bias=model.direct.bias - direct),
        replace(model.task, bias=model.task.bias - task),
    )


def _shifts(
    rows: Sequence[Row], folds: Sequence[InjectionModel], embed: Embed
) -> tuple[float, float]:
    """Log-odds that the allowed share of held-out ordinary messages exceed, for each model."""
    direct, task = [], []
    for fold, model in enumerate(folds):
        for text in messages([row for row in rows if row.fold == fold]):
            windows, vectors = _embedded(text, embed)
            found = model.direct.scores(direct_features(_all(windows), vectors))
            direct.append(float(found.max()))
            sentences = vectors[: len(windows.sentences)]
            if len(sentences) > 1:
                errands = model.task.scores(task_features(windows.sentences, sentences))
                task.append(float(errands.max()))
    return (
        _logit_quantile(direct, DIRECT_FALSE_ALARMS),
        _logit_quantile(task, TASK_FALSE_ALARMS),
    )


def _logit_quantile(scores: Sequence[float], share: float) -> float:
    p = float(np.clip(np.quantile(scores, 1 - share), 1e-6, 1 - 1e-6))
    return float(np.log(p / (1 - p)))


def messages(rows: Sequence[Row]) -> list[str]:
    """The ordinary texts, and short ones of a topic also three together, as tickets often are."""
    ordinary = [row for row in rows if row.role == "ordinary"]
    topics: dict[str, list[str]] = {}
    for row in ordinary:
        if row.topic and len(row.text) < 120:
            topics.setdefault(row.topic, []).append(row.text)
    joined = [
        " \n".join(texts[i : i + 3])
        for texts in topics.values()
        for i in range(0, len(texts) - 2, 3)
    ]
    return [*(row.text for row in ordinary), *joined]


def _fit(rows: Sequence[Row], embed: Embed) -> InjectionModel:
    return InjectionModel(_fit_direct(rows, embed), _fit_task(rows, embed))


def _embedded(text: str, embed: Embed) -> tuple[Windows, Floats]:
    windows = cut(text, MAX_SENTENCES)
    return windows, embed(_all(windows))


def _all(windows: Windows) -> list[str]:
    return [*windows.sentences, *windows.passages]


def _fit_direct(rows: Sequence[Row], embed: Embed) -> Linear:
    """Attacks against all else; of an attack's windows, those that look like one count.

    Which these are is learned in rounds: first all passages, then the best window of each text
    and every other one that looks like an attack.
    """
    harmless = [row.text for row in rows if row.role in _HARMLESS]
    attacks = [_bag(row.text, embed) for row in rows if row.role == "attack"]
    bags = [_bag(text, embed) for text in harmless]
    # A harmless prompt is what comes nearest to an attack.
    weights = [
        PROMPT_WEIGHT if row.role == "prompt" else 1.0 for row in rows if row.role in _HARMLESS
    ]
    negatives = np.vstack(bags)
    weight = np.repeat(weights, [len(bag) for bag in bags])
    chosen = [bag[-1:] for bag in attacks]
    model = _logistic(np.vstack(chosen), negatives, DIRECT_C, weight)
    for _ in range(ROUNDS):
        chosen = [_likely(bag, model) for bag in attacks]
        model = _logistic(np.vstack(chosen), negatives, DIRECT_C, weight)
    return model


def _bag(text: str, embed: Embed) -> Floats:
    windows, vectors = _embedded(text, embed)
    return direct_features(_all(windows), vectors)


def _likely(bag: Floats, model: Linear) -> Floats:
    scores = model.scores(bag)
    return np.asarray(bag[(scores > 0.5) | (scores == scores.max())], dtype=np.float32)


def _fit_task(rows: Sequence[Row], embed: Embed) -> Linear:
    """Errands put into ordinary messages, against those messages' own sentences."""
    ordinary = messages(rows)
    contexts = [cut(text, MAX_SENTENCES).sentences for text in ordinary]
    long = [c for c in contexts if sum(map(len, c)) >= 100 and len(c) > 1]
    negatives = [
        task_features(sentences, embed(sentences)) for sentences in contexts if len(sentences) > 1
    ]
    positives = []
    errands = [row for row in rows if row.role in ("errand", "prompt", "attack")]
    for number, row in enumerate(errands):
        own = cut(row.text, MAX_SENTENCES).sentences
        if len(own) > 3:
            continue
        for turn in range(CONTEXTS):
            around = long[(number * 7 + turn * 131) % len(long)]
            mixed = [*around, *own]
            positives.append(task_features(mixed, embed(mixed))[len(around) :])
    return _logistic(np.vstack(positives), np.vstack(negatives), TASK_C)


def _logistic(
    positives: Floats, negatives: Floats, strength: float, weights: Floats | None = None
) -> Linear:
    """Fit with both sides weighing the same; `weights` are those of the negatives."""
    features = np.vstack([positives, negatives])
    labels = np.repeat([1, 0], [len(positives), len(negatives)])
    negative = np.ones(len(negatives)) if weights is None else weights
    half = len(features) / 2
    weight = np.concatenate(
        [np.full(len(positives), half / len(positives)), negative * half / negative.sum()]
    )
    fitted = LogisticRegression(C=strength, max_iter=150, tol=1e-3)
    fitted.fit(features, labels, sample_weight=weight)
    return Linear(fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0]))
