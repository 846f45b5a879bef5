"""The trained judge of injection: two models over the sentences of a message.

`direct` knows sentences that try to steer a machine. `task` knows errands for an assistant
("Translate this", "Add a link to your reply"): harmless as a whole message, which is then just out
of scope, but an attempt where they stand in a message about something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.rules.injection_signs import Floats, signs
from services.rules.injection_windows import passages
from services.rules.injection_words import places

# Less than this around an errand is no message that it could be foreign to.
MIN_SURROUNDING = 60


@dataclass(frozen=True)
class Linear:
    """The mean of two logistic regressions: of a sentence's features and of its words.

    weights  one per feature
    words    one per bucket of `injection_words`
    bias     moved in training so that 0 is the threshold
    """

    weights: Floats
    words: Floats
    bias: float

    def logits(self, features: Floats, texts: Sequence[str]) -> Floats:
        """How much each text is one of the kind, in log-odds; from 0 on it is taken for one."""
        words = np.array([self._of_words(text) for text in texts], dtype=np.float32)
        return np.asarray(features @ self.weights + words + self.bias, dtype=np.float32)

    def _of_words(self, text: str) -> float:
        found = places(text)
        return float(self.words[found].sum() / np.sqrt(max(1, len(found))))


@dataclass(frozen=True)
class Judgement:
    """How likely a message is an attempt (0.5 is the trained threshold), and what part of it."""

    score: float
    kind: str
    place: str


@dataclass(frozen=True)
class InjectionModel:
    """Both models; judges the sentences of one message with their vectors."""

    direct: Linear
    task: Linear

    def judge(self, sentences: Sequence[str], vectors: Floats) -> Judgement:
        """Judge one message; `vectors` holds one row per sentence."""
        if not sentences:
            return Judgement(0.0, "direct", "")
        texts, rows = with_passages(sentences, vectors)
        logits = self.direct.logits(direct_features(texts, rows), texts)
        best = int(logits.argmax())
        found = Judgement(_probability(logits[best]), "direct", texts[best])
        foreign = self._foreign(sentences, vectors)
        return foreign if foreign is not None and foreign.score > found.score else found

    def _foreign(self, sentences: Sequence[str], vectors: Floats) -> Judgement | None:
        """The sentence that is most an errand among others that are none."""
        if len(sentences) < 2:
            return None
        logits = self.task.logits(task_features(sentences, vectors), sentences)
        best = int(logits.argmax())
        around = sum(map(len, sentences)) - len(sentences[best])
        others = float(np.median(np.delete(logits, best)))
        # Where most of the rest are errands, too, the whole message is one: out of scope only.
        if around < MIN_SURROUNDING or others > 0:
            return None
        return Judgement(_probability(logits[best]), "task", sentences[best])


def _probability(logit: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(logit, -30, 30))))


def with_passages(sentences: Sequence[str], vectors: Floats) -> tuple[list[str], Floats]:
    """The sentences and, behind them, passages of neighbours; a passage's vector is their mean."""
    runs = passages(sentences)
    means = [vectors[run].mean(axis=0) for run in runs]
    unit = [mean / (np.linalg.norm(mean) + 1e-6) for mean in means]
    joined = [" ".join(sentences[run]) for run in runs]
    return [*sentences, *joined], np.vstack([vectors, *unit]).astype(np.float32)


def direct_features(sentences: Sequence[str], vectors: Floats) -> Floats:
    """One row per sentence: its embedding and its signs."""
    return np.hstack([vectors, np.stack([signs(text) for text in sentences])])


def task_features(sentences: Sequence[str], vectors: Floats) -> Floats:
    """One row per sentence: embedding, signs, and how near it is to the rest of its message."""
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1.0)
    others = (vectors.sum(axis=0) - vectors) / max(1, len(sentences) - 1)
    mean = np.einsum("ij,ij->i", vectors, others) / (np.linalg.norm(others, axis=1) + 1e-6)
    context = np.stack([near.max(axis=1), mean], axis=1).astype(np.float32)
    return np.hstack([direct_features(sentences, vectors), context])
