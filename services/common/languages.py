"""Which language a text is written in, and the few names under which languages are counted."""

import re
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

OTHER = "other"
UNKNOWN = "und"

_QUOTED = re.compile(
    r"\"[^\"\n]{3,300}\"|“[^”\n]{3,300}”|„[^“”\n]{3,300}[“”]|«[^»\n]{3,300}»|「[^」\n]{3,300}」"
)
_LINK = re.compile(r"https?://\S+|www\.\S+|[^\s@]{1,64}@[^\s@]{1,100}")
_LONGEST = 2_000
_ENOUGH_LETTERS = 20
_CERTAIN = 0.9
_LETTERS_NEEDED = 40
_SIGNS_NEEDED = 8
"""In scripts of which one sign holds more than one letter."""
_SIGNS = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class DetectedLanguage:
    """ISO 639-1 tag (`und` where the text says nothing) and the detector's confidence 0..1."""

    tag: str
    confidence: float


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).build()


@cache
def _light_detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_LANGUAGES).with_low_accuracy_mode().build()


def certain_language(text: str) -> str | None:
    """The tag of a longer text where it is beyond doubt, else None.

    Looks at triples of letters only: as good as `detect_language` from 40 letters on, with 17 MB
    of memory instead of 220, for services that need no more.
    """
    own = _own_words(text[: 2 * _LONGEST])[:_LONGEST]
    if sum(character.isalpha() for character in own) < _letters_needed(own):
        return None
    best = _light_detector().compute_language_confidence_values(own)[0]
    return best.language.iso_code_639_1.name.lower() if best.value >= _CERTAIN else None


def detect_language(text: str) -> DetectedLanguage:
    """Detect by lingua (https://github.com/pemistahl/lingua-py), among the supported languages.

    Links, addresses and what is quoted (an error message, a menu) count only where little else
    is left: they are often English in a message that is not.
    """
    own = _own_words(text[: 2 * _LONGEST])[:_LONGEST]
    if not any(character.isalpha() for character in own):
        return DetectedLanguage(UNKNOWN, 0.0)
    best = _detector().compute_language_confidence_values(own)[0]
    return DetectedLanguage(best.language.iso_code_639_1.name.lower(), best.value)


def counted_as(tag: str | None) -> str:
    """The name under which a language is counted: of a small set, whatever the tag says."""
    if not tag or tag.lower() == UNKNOWN:
        return UNKNOWN
    primary = re.split("[-_]", tag.strip().lower())[0]
    return primary if primary in SUPPORTED else OTHER


def _letters_needed(text: str) -> int:
    return _SIGNS_NEEDED if len(_SIGNS.findall(text)) >= _SIGNS_NEEDED else _LETTERS_NEEDED


def _own_words(text: str) -> str:
    without_links = _LINK.sub(" ", text)
    without_quotes = _QUOTED.sub(" ", without_links)
    for candidate in (without_quotes, without_links):
        if sum(character.isalpha() for character in candidate) >= _ENOUGH_LETTERS:
            return candidate
    return text
