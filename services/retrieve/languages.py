"""What a BCP 47 language tag means for a search: the text search's words, and who may be quoted."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.common.languages import certain_language

SIMPLE: Final = "simple"

_CONFIGURATIONS: Final = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}


def primary(tag: str | None) -> str | None:
    """Return the language of a tag ("de-AT" → "de"); None where it is unknown."""
    if not tag:
        return None
    language = tag.replace("_", "-").split("-")[0].strip().lower()
    return None if language in {"", "und"} else language


def text_search_configuration(tag: str | None) -> str:
    """Return the name of the configuration; `simple` where PostgreSQL has none of its own."""
    return _CONFIGURATIONS.get(primary(tag) or "", SIMPLE)


def in_language(
    corrections: Iterable[Mapping[str, Any]], language: str | None
) -> list[Mapping[str, Any]]:
    """Those that are not plainly in another language than `language`, a primary tag.

    The store knows most languages; what was stored before it did is looked at here.
    """
    if language is None:
        return list(corrections)
    return [
        row for row in corrections if certain_language(row["human_resolution"]) in {None, language}
    ]
