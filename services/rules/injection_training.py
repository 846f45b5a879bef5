"""Fitting the injection model: on sentences, with thresholds from held-out folds."""

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from services.rules.injection_model import (
    InjectionModel,
    Linear,
    direct_features,
    task_features,
    with_passages,
)
from services.rules.injection_signs import Floats
from services.rules.injection_windows import MAX_SENTENCES, cut
from services.rules.injection_words import BUCKETS, places

FOLDS = 5
SEED = 20261122
DIRECT_C, DIRECT_WORDS_C = 10.0, 20.0
TASK_C, TASK_WORDS_C = 5.0, 5.0
# How much of each logit comes from the embedding; the rest comes from the words.
DIRECT_SHARE, TASK_SHARE = 0.5, 0.7
ROUNDS = 2
# Shares of held-out messages that each model may flag; they are much harder than real ones.
DIRECT_FALSE_ALARMS = 0.01
PROMPT_FALSE_ALARMS = 0.04
TASK_FALSE_ALARMS = 0.012
CONTEXTS = 3
PROMPT_WEIGHT = 2.0

Embed = Callable[[Sequence[str]], Floats]
Part = tuple[list[str], Floats, int, bool]
"""A text's sentences with their features, its fold, and whether it is of the kind learned."""


@dataclass(frozen=True)
class Row:
    """A training text. `role`: attack | prompt (harmless, to an assistant) | errand | ordinary.

    `group` decides the fold, so that texts made of the same words are held out together; texts of
    one `topic` could stand in one message; `made` ones come from templates.
    """

    text: str
    role: str
    group: str = ""
    topic: str = ""
    made: bool = False

    @property
    def fold(self) -> int:
        """The fold it is held out in, the same on every machine."""
        return fold_of(self.group or self.text)


def fold_of(text: str) -> int:
    """A text's fold, from its hash; case and white space make no difference."""
    plain = " ".join(text.lower().split())
    return int(hashlib.sha256(plain.encode()).hexdigest(), 16) % FOLDS


@dataclass(frozen=True)
class Examples:
    """Sentences one below the other: their features and words, and what they belong to.

    owner     the number of their text
    fold      the fold of that text
    positive  whether their text is of the kind that is learned
    weight    how much one of them counts among its side
    """

    features: Floats
    words: csr_matrix
    owner: NDArray[np.int64]
    fold: NDArray[np.int64]
    positive: NDArray[np.bool_]
    weight: Floats


def train(rows: Sequence[Row], embed: Embed) -> tuple[InjectionModel, list[InjectionModel]]:
    """Fit the model that ships and one per fold without its rows; thresholds from the folds."""
    direct, task = direct_examples(rows, embed), task_examples(rows, embed)
    without: list[int | None] = [None, *range(FOLDS)]
    models = [InjectionModel(_fit_direct(direct, fold), _fit_task(task, fold)) for fold in without]
    of_direct, of_task = _shifts(rows, models[1:], embed)
    moved = [_moved(model, of_direct, of_task) for model in models]
    return moved[0], moved[1:]


def _moved(model: InjectionModel, direct: float, task: float) -> InjectionModel:
    return InjectionModel(
        replace(model.direct, bias=model.direct.bias - direct),
        replace(model.task, bias=model.task.bias - task),
    )


def _shifts(
    rows: Sequence[Row], folds: Sequence[InjectionModel], embed: Embed
) -> tuple[float, float]:
    """Log-odds that the allowed share of held-out messages exceed, for each model."""
    direct, task, prompts = [], [], []
    for fold, model in enumerate(folds):
        held_out = [row for row in rows if row.fold == fold and not row.made]
        for text in messages(held_out):
            sentences = cut(text, MAX_SENTENCES)
            vectors = embed(sentences)
            direct.append(_most(model, sentences, vectors))
            if len(sentences) > 1:
                features = task_features(sentences, vectors)
                task.append(float(model.task.logits(features, sentences).max()))
        for row in held_out:
            sentences = cut(row.text, MAX_SENTENCES)
            if row.role == "prompt" and sentences:
                prompts.append(_most(model, sentences, embed(sentences)))
    highest = [
        np.quantile(scores, 1 - share)
        for scores, share in ((direct, DIRECT_FALSE_ALARMS), (prompts, PROMPT_FALSE_ALARMS))
    ]
    return float(max(highest)), float(np.quantile(task, 1 - TASK_FALSE_ALARMS))


def _most(model: InjectionModel, sentences: Sequence[str], vectors: Floats) -> float:
    texts, found = with_passages(sentences, vectors)
    return float(model.direct.logits(direct_features(texts, found), texts).max())


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


def direct_examples(rows: Sequence[Row], embed: Embed) -> Examples:
    """Sentences and passages of attacks, and of everything else but errands."""
    parts: list[Part] = []
    weights: list[float] = []
    for row in rows:
        sentences = cut(row.text, MAX_SENTENCES)
        if row.role == "errand" or not sentences:
            continue
        texts, vectors = with_passages(sentences, embed(sentences))
        features = direct_features(texts, vectors)
        parts.append((texts, features, row.fold, row.role == "attack"))
        weights.append(PROMPT_WEIGHT if row.role == "prompt" else 1.0)
    return _examples(parts, weights)


def task_examples(rows: Sequence[Row], embed: Embed) -> Examples:
    """Errands put into ordinary messages, against those messages' own sentences."""
    parts: list[Part] = []
    contexts: dict[int, list[tuple[str, ...]]] = {}
    for fold in range(FOLDS):
        for text in messages([row for row in rows if row.fold == fold]):
            own = cut(text, MAX_SENTENCES)
            if len(own) > 1:
                parts.append((list(own), task_features(own, embed(own)), fold, False))
                if sum(map(len, own)) >= 100:
                    contexts.setdefault(fold, []).append(own)
    draw = random.Random(SEED)  # noqa: S311 - no secret
    for row in rows:
        sentences = cut(row.text, MAX_SENTENCES)
        if row.role == "ordinary" or not 0 < len(sentences) <= 3:
            continue
        for _ in range(CONTEXTS):
            # Of the same fold, so that neither is seen by the model that is judged on the other.
            features = _inserted(sentences, draw.choice(contexts[row.fold]), draw, embed)
            parts.append((list(sentences), features, row.fold, True))
    return _examples(parts, [1.0] * len(parts))


def _inserted(
    sentences: Sequence[str], around: Sequence[str], draw: random.Random, embed: Embed
) -> Floats:
    """Features of `sentences` at the start, in the middle or at the end of `around`."""
    at = draw.choice([0, len(around) // 2, len(around)])
    mixed = [*around[:at], *sentences, *around[at:]]
    return task_features(mixed, embed(mixed))[at : at + len(sentences)]


def _examples(parts: Sequence[Part], weights: Sequence[float]) -> Examples:
    counts = [len(texts) for texts, _, _, _ in parts]
    return Examples(
        np.vstack([features for _, features, _, _ in parts]).astype(np.float32),
        _word_matrix([text for texts, _, _, _ in parts for text in texts]),
        np.repeat(np.arange(len(parts)), counts),
        np.repeat([fold for _, _, fold, _ in parts], counts),
        np.repeat([positive for _, _, _, positive in parts], counts),
        np.repeat(np.array(weights, dtype=np.float32), counts),
    )


def _word_matrix(texts: Sequence[str]) -> csr_matrix:
    found = [places(text) for text in texts]
    ends = np.cumsum([0, *map(len, found)])
    values = [np.full(len(f), 1 / np.sqrt(max(1, len(f))), dtype=np.float32) for f in found]
    shape = (len(texts), BUCKETS)
    return csr_matrix((np.concatenate(values), np.concatenate(found), ends), shape=shape)


def _fit_direct(examples: Examples, without: int | None) -> Linear:
    """Attacks against all else; of an attack's sentences, those that look like one count.

    Which these are is learned in rounds: first the last one of each text (its last passage, where
    it has any), then the best of each and every other that looks like an attack.
    """
    kept = examples.fold != without
    attacks = np.flatnonzero(kept & examples.positive)
    others = np.flatnonzero(kept & ~examples.positive)
    chosen = np.append(attacks[:-1][np.diff(examples.owner[attacks]) > 0], attacks[-1])
    for _ in range(ROUNDS):
        model = _logistic(examples, chosen, others, (DIRECT_C, DIRECT_WORDS_C, 0.5))
        chosen = _likely(examples, attacks, model)
    return _logistic(examples, chosen, others, (DIRECT_C, DIRECT_WORDS_C, DIRECT_SHARE))


def _likely(examples: Examples, attacks: NDArray[np.int64], model: Linear) -> NDArray[np.int64]:
    scores = examples.features[attacks] @ model.weights + examples.words[attacks] @ model.words
    scores = scores + model.bias
    owner = examples.owner[attacks]
    best = np.full(int(owner.max()) + 1, -np.inf)
    np.maximum.at(best, owner, scores)
    return np.asarray(attacks[(scores > 0) | (scores >= best[owner])])


def _fit_task(examples: Examples, without: int | None) -> Linear:
    kept = examples.fold != without
    positive = np.flatnonzero(kept & examples.positive)
    negative = np.flatnonzero(kept & ~examples.positive)
    return _logistic(examples, positive, negative, (TASK_C, TASK_WORDS_C, TASK_SHARE))


def _logistic(
    examples: Examples,
    positive: NDArray[np.int64],
    negative: NDArray[np.int64],
    strength: tuple[float, float, float],
) -> Linear:
    """Fit features and words apart, both sides weighing the same, and mix the two.

    `strength` is C of the features, C of the words, and the features' share of the sum.
    """
    chosen = np.concatenate([positive, negative])
    labels = np.repeat([1, 0], [len(positive), len(negative)])
    weight = np.concatenate(list(_balanced(examples, positive, negative)))
    of_features, of_words, share = strength
    parts = [
        LogisticRegression(C=c, max_iter=120, tol=2e-3).fit(rows[chosen], labels, weight)
        for rows, c in ((examples.features, of_features), (examples.words, of_words))
    ]
    bias = share * parts[0].intercept_[0] + (1 - share) * parts[1].intercept_[0]
    weights = np.asarray(share * parts[0].coef_[0], dtype=np.float32)
    words = np.asarray((1 - share) * parts[1].coef_[0], dtype=np.float32)
    return Linear(weights, words, float(bias))


def _balanced(
    examples: Examples, positive: NDArray[np.int64], negative: NDArray[np.int64]
) -> Iterator[Floats]:
    half = (len(positive) + len(negative)) / 2
    for side in (positive, negative):
        weight = examples.weight[side]
        yield weight * half / weight.sum()
