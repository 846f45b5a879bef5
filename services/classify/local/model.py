"""Classifies a ticket with the trained heads, and says on which evidence."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.classify.local.artefact import ARTEFACT, RETRAIN, Artefact, load
from services.classify.local.errors import ArtefactInvalid
from services.classify.local.heads import Floats
from services.classify.local.human import human_request
from services.classify.local.judging import judge
from services.classify.local.tone import tone_signs
from services.classify.taxonomy import FALLBACK_CATEGORY, FALLBACK_INTENT, Taxonomy
from services.common.embeddings import Embedder
from services.common.languages import DetectedLanguage, detect_language
from services.common.ticket_text import clean_message, question_text
from services.contracts import Sentiment, Ticket, Urgency

UNKNOWN_LANGUAGE = "und"
# The longest text that patterns and language detection look at.
_MAX_CHARACTERS = 8_000
# Below this the detector guesses from a word or two; what the helpdesk says is better then.
_SURE_LANGUAGE = 0.5
_HUMAN_PROBABILITY = 0.75
_NOT_OURS = 0.5
# `evals/moods.csv` and calm letters of other trades say where calm customers stay under it. The
# embedding knows English best; the angry words of the rules cover the other languages.
_FRUSTRATED = 0.6
_FRUSTRATED_ELSEWHERE = 0.8


@dataclass(frozen=True)
class LocalResult:
    """What the local classifier says of a ticket; `confidence` is calibrated for the category."""

    category: str
    intent: str
    urgency: Urgency
    sentiment: Sentiment
    language: str
    language_confidence: float
    confidence: float
    requires_human: bool
    reasoning: str


class LocalClassifier:
    """Holds one trained file; `classify` embeds a ticket once and applies all heads to it."""

    def __init__(
        self, embedder: Embedder, taxonomy: Taxonomy, artefact_path: Path = ARTEFACT
    ) -> None:
        self._embedder = embedder
        self._artefact, version = load(artefact_path)
        self.model = f"{embedder.name.partition(':')[2]}+linear-{version}"
        self._check(artefact_path, taxonomy)

    def _check(self, path: Path, taxonomy: Taxonomy) -> None:
        if self._artefact.embedder != self._embedder.name:
            raise ArtefactInvalid(
                f"{path} was trained on {self._artefact.embedder}, "
                f"not {self._embedder.name}; {RETRAIN}"
            )
        known = {category.id for category in taxonomy.categories}
        if unknown := sorted(set(self._artefact.categories) - known):
            raise ArtefactInvalid(
                f"{path} knows the category '{unknown[0]}', which the taxonomy lacks; {RETRAIN}"
            )

    async def classify(self, ticket: Ticket) -> LocalResult:
        """Label `ticket`; a text without a word in it gets `general` with confidence 0."""
        text = question_text(ticket)
        if not any(character.isalpha() for character in text):
            return _nothing_to_read()
        [vector] = await self._embedder.embed([text])
        return self._judge(np.array(vector, dtype=np.float32), text[:_MAX_CHARACTERS], ticket)

    def _judge(self, vector: Floats, text: str, ticket: Ticket) -> LocalResult:
        artefact = self._artefact
        judged = judge(artefact, vector[None, :], [text])
        names, categories = judged.names, judged.categories[0]
        category = names[int(categories.argmax())]
        confidence = artefact.calibration.probability_of("right", judged.evidence[0])
        language, language_confidence = _language(judged.languages[0], ticket)
        asked = human_request(text)
        needs = artefact.human.probability_of("yes", vector) >= _HUMAN_PROBABILITY
        toned = np.concatenate([vector, tone_signs(text)])
        return LocalResult(
            category=category,
            intent=_intent(artefact, artefact.groups.probabilities(vector), category),
            urgency=Urgency(artefact.urgency.best(vector)[0]),
            sentiment=_sentiment(artefact, toned, language),
            language=language,
            language_confidence=language_confidence,
            confidence=confidence,
            requires_human=asked is not None or needs,
            reasoning=self._reasoning(vector, names, categories, asked, needs),
        )

    def _reasoning(
        self,
        vector: Floats,
        names: tuple[str, ...],
        categories: Floats,
        asked: str | None,
        needs: bool,
    ) -> str:
        artefact = self._artefact
        similarity = vector @ artefact.centroids.T
        near = artefact.groups.labels[int(similarity.argmax())].replace("/", " / ")
        order = np.argsort(categories)[::-1]
        clauses = [
            f"Nearest to examples of {near} (similarity {similarity.max():.2f})",
            ", ".join(f"{names[i]} {categories[i]:.0%}" for i in order[:2]),
        ]
        if artefact.scope.probability_of("yes", vector) < _NOT_OURS:
            clauses.append("unlike the messages it knows")
        if asked is not None:
            clauses.append("asks for a human")
        elif needs:
            clauses.append("resembles messages that only a human should answer")
        return "; ".join(clauses) + "."


def _sentiment(artefact: Artefact, features: Floats, language: str) -> Sentiment:
    probabilities = dict(
        zip(artefact.sentiment.labels, artefact.sentiment.probabilities(features), strict=True)
    )
    frustrated = probabilities.pop(Sentiment.FRUSTRATED.value, 0.0)
    if frustrated >= (_FRUSTRATED if language.startswith("en") else _FRUSTRATED_ELSEWHERE):
        return Sentiment.FRUSTRATED
    return Sentiment(max(probabilities, key=lambda name: probabilities[name]))


def _intent(artefact: Artefact, groups: Floats, category: str) -> str:
    sums: dict[str, float] = {}
    for name, intent, probability in zip(
        artefact.categories, artefact.intents, groups, strict=True
    ):
        if name == category:
            sums[intent] = sums.get(intent, 0.0) + float(probability)
    return max(sums, key=lambda intent: sums[intent]) or FALLBACK_INTENT


def _language(detected: DetectedLanguage, ticket: Ticket) -> tuple[str, float]:
    said = ticket.locale or ticket.requester.locale
    if ticket.thread:  # who changes the language is answered in the new one
        newest = detect_language(clean_message(ticket.body)[:_MAX_CHARACTERS])
        detected = newest if newest.confidence >= _SURE_LANGUAGE else detected
    if detected.confidence < _SURE_LANGUAGE and said:
        return said, detected.confidence
    return detected.tag, detected.confidence


def _nothing_to_read() -> LocalResult:
    return LocalResult(
        category=FALLBACK_CATEGORY,
        intent=FALLBACK_INTENT,
        urgency=Urgency.LOW,
        sentiment=Sentiment.NEUTRAL,
        language=UNKNOWN_LANGUAGE,
        language_confidence=0.0,
        confidence=0.0,
        requires_human=False,
        reasoning="There is no text to read.",
    )
