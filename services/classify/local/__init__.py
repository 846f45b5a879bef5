"""The local classifier: one sentence embedding, calibrated linear models, nothing sent anywhere."""

from services.classify.local.errors import ArtefactInvalid
from services.classify.local.model import LocalClassifier, LocalResult

__all__ = ["ArtefactInvalid", "LocalClassifier", "LocalResult"]
