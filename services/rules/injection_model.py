"""The trained judge of injection: two linear models over windows of a message.

`direct` knows sentences and passages that try to steer a machine. `task` knows errands for an
assistant ("Translate this", "Add a link to your reply"): harmless as a whole message, which is then
just out of scope, but an attempt where they stand in a message about something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.rules.injection_signs import Floats, signs
from services.rules.injection_windows import Windows

# Less than this around an errand is no message that it could be foreign to.
MIN_SURROUNDING = 60
# Above this share of errands in the rest, the whole message is one.
_MAX_OTHERS = 0.5


@dataclass(frozen=True)
class Linear:
    """A logistic regression; at `bias` included, 0 is its threshold."""

    weights: Floats
    bias: float

    def scores(self, features: Floats) -> Floats:
        """Probabilities, one per row of `features`."""
        return np.asarray(1 / (1 + np.exp(-(features @ self.weights + self.bias))), np.float32)


@dataclass(frozen=True)
class Judgement:
    """How likely a message is an attempt (0.5 is the trained threshold), and what part of it."""

    score: float
    kind: str
    place: str


@dataclass(frozen=True)
class InjectionModel:
    """Both linear models; judges windows with their vectors."""

    direct: Linear
    task: Linear

    def judge(self, windows: Windows, sentences: Floats, passages: Floats) -> Judgement:
        """Judge one message; the vectors are those of `windows`, row by row."""
        texts = [*windows.sentences, *windows.passages]
        if not texts:
            return Judgement(0.0, "direct", "")
        vectors = np.vstack([sentences, passages])
        direct = self.direct.scores(direct_features(texts, vectors))
        best = int(direct.argmax())
        found = Judgement(float(direct[best]), "direct", texts[best])
        foreign = self._foreign(windows.sentences, sentences)
        return foreign if foreign is not None and foreign.score > found.score else found

    def _foreign(self, texts: Sequence[str], vectors: Floats) -> Judgement | None:
        """The sentence that is most an errand among others that are none."""
        if len(texts) < 2:
            return None
        scores = self.task.scores(task_features(texts, vectors))
        best = int(scores.argmax())
        others = np.delete(scores, best)
        around = sum(map(len, texts)) - len(texts[best])
        if around < MIN_SURROUNDING or float(np.median(others)) > _MAX_OTHERS:
            return None
        return Judgement(float(scores[best]), "task", texts[best])


def direct_features(texts: Sequence[str], vectors: Floats) -> Floats:
    """One row per window: its embedding and its signs."""
    return np.hstack([vectors, np.stack([signs(text) for text in texts])])


def task_features(texts: Sequence[str], vectors: Floats) -> Floats:
    """One row per sentence: embedding, signs, and how near it is to the rest of its message."""
    near = vectors @ vectors.T
    np.fill_diagonal(near, -1.0)
    others = (vectors.sum(axis=0) - vectors) / max(1, len(texts) - 1)
    mean = np.einsum("ij,ij->i", vectors, others) / (np.linalg.norm(others, axis=1) + 1e-6)
    context = np.stack([near.max(axis=1), mean], axis=1).astype(np.float32)
    return np.hstack([direct_features(texts, vectors), context])
