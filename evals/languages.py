"""Whether the language of a message is told, and whether a request for a person is seen.

The public multilingual tickets call some bodies German that were never translated. Which ones is
told by counting function words, so that the detector is not judged by itself.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from evals.intervals import share
from evals.sets import Labelled, csv_rows
from services.classify.local.human import human_request
from services.common.languages import detect_language
from services.rules.phrases import PhraseList, tokenize
from services.rules.rulebook import load_rulebook
from services.rules.text import readable

OVER = 40
"""Characters that a body must have more of: shorter ones often say nothing of their language."""

HUMAN_REQUESTS = Path("evals/human_requests.csv")
INDIRECT_REQUESTS = Path("evals/indirect_requests.csv")
RULES = Path("config/rules/default.yaml")

_FUNCTION_WORDS = {
    "en": "the and is of to for with this that are please we i have been our you could on from",
    "de": "der das und ist nicht ich wir mit für ein eine zu den dem auf bitte sind werden bei",
    "fr": "le la les et est nous je pour avec une des du que dans vous votre sur ne pas",
    "es": "el la los las y es para con una del que en por su nuestro no se",
    "pt": "o a os as e é para com uma do da que em por não se nosso ao",
}
_WORDS = {tag: frozenset(words.split()) for tag, words in _FUNCTION_WORDS.items()}


def measure_languages(rows: Sequence[Labelled]) -> dict[str, Any]:
    """Of `rows` (text, language): how often the detector agrees, and how often where nobody can
    say that the label is wrong."""
    long = [row for row in rows if len(row.text) > OVER]
    sound = [row for row in long if not disputed(row)]
    return {
        "note": f"Bodies of more than {OVER} characters. A label is disputed where the body has no "
        "function word of that language and at least one of another.",
        "rows": len(long),
        "agreement_with_every_label": _agreement(long),
        "labels_disputed": len(long) - len(sound),
        "language": _agreement(sound),
        **{
            f"language_{tag}": _agreement([row for row in sound if row.intent == tag])
            for tag in sorted({row.intent for row in sound})
        },
    }


def disputed(row: Labelled) -> bool:
    """Whether the text's function words are all of other languages than its label's."""
    words = set(re.findall(r"[^\W\d_]+", row.text.lower()))
    own = _WORDS.get(row.intent, frozenset())
    others = frozenset().union(*(known for tag, known in _WORDS.items() if tag != row.intent))
    return not words & own and bool(words & (others - own))


def measure_human_requests() -> dict[str, Any]:
    """Our own messages in seven languages: seen by the word lists, or by the local classifier's.

    `fresh` ones were written after the lists had been frozen, and nothing was added for them.
    """
    rows = csv_rows(HUMAN_REQUESTS, ("language", "asks", "part", "text"))
    seen = [asks_for_a_person(row["text"]) for row in rows]
    pairs = list(zip(rows, seen, strict=True))
    asked = [(row, found) for row, found in pairs if row["asks"] == "yes"]
    known = [(row["language"], found) for row, found in asked if row["part"] != "fresh"]
    fresh = [found for row, found in asked if row["part"] == "fresh"]
    others = [not found for row, found in pairs if row["asks"] == "no"]
    return {
        "note": "Words alone, as with the local provider; a model is asked besides. The first "
        "rows were at hand when the lists were written, `fresh` ones were not.",
        "rows": len(rows),
        "seen": share(sum(found for _, found in known), len(known)),
        **{
            f"seen_{tag}": share(sum(mine), len(mine))
            for tag in sorted({tag for tag, _ in known})
            for mine in [[found for other, found in known if other == tag]]
        },
        "seen_fresh": share(sum(fresh), len(fresh)),
        "others_left_alone": share(sum(others), len(others)),
    }


def measure_indirect_requests() -> dict[str, Any]:
    """Requests that go round the word, and near misses, by whether the lists were written on them.

    The lists were developed on `develop` and never looked at against `report`, though one hand
    wrote both; `fresh` wordings came after the lists had been frozen.
    """
    rows = csv_rows(INDIRECT_REQUESTS, ("language", "asks", "part", "text"))
    seen = [(row, asks_for_a_person(row["text"])) for row in rows]

    def of(part: str, asks: str, language: str = "") -> Any:
        found = [
            said is (asks == "yes")
            for row, said in seen
            if (row["part"], row["asks"]) == (part, asks) and language in ("", row["language"])
        ]
        return share(sum(found), len(found))

    languages = sorted({row["language"] for row in rows})
    return {
        "note": "Words alone. The lists were written on `developed`, measured on the other half "
        "(`seen`) of the same pen, and on `seen_fresh`, wordings written after they were frozen.",
        "rows": len(rows),
        "seen_developed": of("develop", "yes"),
        "seen": of("report", "yes"),
        **{f"seen_{tag}": of("report", "yes", tag) for tag in languages},
        "seen_fresh": of("fresh", "yes"),
        "near_misses_left_alone_developed": of("develop", "no"),
        "near_misses_left_alone": of("report", "no"),
        **{f"near_misses_left_alone_{tag}": of("report", "no", tag) for tag in languages},
    }


def asks_for_a_person(text: str) -> bool:
    """Whether the word lists of the rules or the local classifier's see a request."""
    return in_words(text) or human_request(text) is not None


def in_words(text: str) -> bool:
    """Whether the word lists of the rules see a request for a person."""
    return _asks_for_a_person().find(tokenize(readable(text))) is not None


@cache
def _asks_for_a_person() -> PhraseList:
    return load_rulebook(RULES).ticket_words["human_request"].phrases


def _agreement(rows: Sequence[Labelled]) -> Any:
    right = sum(detect_language(row.text).tag == row.intent for row in rows)
    return share(right, len(rows))
