"""Linear models as plain arrays: what training fits and classifying multiplies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """A multinomial logistic regression: `weights` is (labels, features), `bias` (labels,)."""

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats

    def probabilities(self, features: Floats) -> Floats:
        """Return one probability per label; `features` is (features,) or (rows, features)."""
        scores = features @ self.weights.T + self.bias
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=-1, keepdims=True), dtype=np.float32)

    def best(self, features: Floats) -> tuple[str, float]:
        """Return the likeliest label and its probability."""
        probabilities = self.probabilities(features)
        position = int(probabilities.argmax())
        return self.labels[position], float(probabilities[position])

    def probability_of(self, label: str, features: Floats) -> float:
        """Return the probability of `label`; 0 where the head does not know it."""
        if label not in self.labels:
            return 0.0
        return float(self.probabilities(features)[self.labels.index(label)])


def constant(label: str, features: int) -> Head:
    """A head for data that has just one label."""
    return Head((label,), np.zeros((1, features), np.float32), np.zeros(1, np.float32))


def logit(probability: Floats) -> Floats:
    """Return log-odds, with probabilities kept away from 0 and 1."""
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float32)
