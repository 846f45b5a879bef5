"""Which language a text is written in."""

from dataclasses import dataclass
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

_LANGUAGES = (
    Language.ENGLISH,
    Language.GERMAN,
    Language.FRENCH,
    Language.SPANISH,
    Language.PORTUGUESE,
    Language.ITALIAN,
    Language.DUTCH,
    Language.POLISH,
    Language.JAPANESE,
    Language.KOREAN,
    Language.CHINESE,
)

SUPPORTED = frozenset(language.iso_code_639_1.name.lower() for language in _LANGUAGES)
"""ISO 639-1 tags of the languages that are told apart; a text in another one is mistaken."""


@dataclass(frozen=True)
class DetectedLanguage:
    """ISO 639-1 tag (`und` where the text says nothing) and the detector's confidence 0..1."""

    tag: str
    confidence: float


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).build()


def detect_language(text: str) -> DetectedLanguage:
    """Detect by lingua (https://github.com/pemistahl/lingua-py), among the supported languages."""
    if not any(character.isalpha() for character in text):
        return DetectedLanguage("und", 0.0)
    best = _detector().compute_language_confidence_values(text[:2000])[0]
    return DetectedLanguage(best.language.iso_code_639_1.name.lower(), best.value)
