"""What a trained file says of embedded texts, and the evidence its confidence rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.classify.local.artefact import Artefact
from services.classify.local.heads import Floats, logit
from services.common.languages import DetectedLanguage, detect_language

ENCODER_LANGUAGE = "en"


@dataclass(frozen=True)
class Judgement:
    """Categories and their probabilities (texts, categories), and the calibration's features."""

    names: tuple[str, ...]
    categories: Floats
    evidence: Floats
    languages: tuple[DetectedLanguage, ...]


def judge(artefact: Artefact, vectors: Floats, texts: Sequence[str]) -> Judgement:
    """Judge embedded texts; `vectors` is (texts, dimensions)."""
    languages = tuple(detect_language(text) for text in texts)
    foreign = np.array([said.tag != ENCODER_LANGUAGE for said in languages], dtype=np.float32)
    names, categories = artefact.category_probabilities(vectors, texts, foreign)
    scope = artefact.scope.probabilities(vectors)[:, artefact.scope.labels.index("yes")]
    nearest = (vectors @ artefact.centroids.T).max(axis=1)
    features = _evidence(categories, scope, nearest, foreign)
    return Judgement(names, categories, features, languages)


def _evidence(categories: Floats, scope: Floats, nearest: Floats, foreign: Floats) -> Floats:
    ordered = np.sort(categories, axis=1)
    best, second = ordered[:, -1], ordered[:, -2]
    columns = [logit(best), best - second, logit(scope), nearest, foreign, foreign * logit(best)]
    return np.stack(columns, axis=1).astype(np.float32)
