"""Whether frustrated customers are seen, and calm ones are left to the machine.

Seen is a customer whom the local classifier calls frustrated or whose words are on the rules'
list of angry ones: either sends the ticket to a person.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from evals.intervals import share
from evals.sets import Labelled, csv_rows, ticket
from services.classify.local import LocalClassifier
from services.contracts import Sentiment
from services.rules.phrases import PhraseList, tokenize
from services.rules.rulebook import load_rulebook
from services.rules.text import readable

MOODS = Path("evals/moods.csv")
RULES = Path("config/rules/default.yaml")
LETTERS_EACH = 100
"""Public tickets looked at in each language: long, courteous and about something broken."""


async def measure_moods(classifier: LocalClassifier) -> dict[str, Any]:
    """Our own messages in seven languages, by whether words and examples were written on them."""
    rows = csv_rows(MOODS, ("language", "frustrated", "part", "text"))
    seen = await _seen(classifier, [row["text"] for row in rows])
    pairs = list(zip(rows, seen, strict=True))

    def of(part: str, frustrated: str, language: str = "") -> Any:
        found = [
            said is (frustrated == "yes")
            for row, said in pairs
            if (row["part"], row["frustrated"]) == (part, frustrated)
            and language in ("", row["language"])
        ]
        return share(sum(found), len(found))

    languages = sorted({row["language"] for row in rows})
    return {
        "note": "The local classifier and the rules' angry words together. They were written on "
        "`developed`; `seen` is the other half of the same pen, which says some of the same things "
        "in another language; `seen_fresh` was written after the words had been frozen.",
        "rows": len(rows),
        "seen_developed": of("develop", "yes"),
        "seen": of("report", "yes"),
        **{f"seen_{tag}": of("report", "yes", tag) for tag in languages},
        "seen_fresh": of("fresh", "yes"),
        "calm_left_alone_developed": of("develop", "no"),
        "calm_left_alone": of("report", "no"),
        **{f"calm_left_alone_{tag}": of("report", "no", tag) for tag in languages},
        "calm_left_alone_fresh": of("fresh", "no"),
    }


async def measure_letters(
    classifier: LocalClassifier, letters: Sequence[Labelled]
) -> dict[str, Any]:
    """Public tickets (text, language), of which hardly any is angry: how many are left alone."""
    found = {}
    for tag in sorted({row.intent for row in letters}):
        texts = [row.text for row in letters if row.intent == tag][:LETTERS_EACH]
        seen = await _seen(classifier, texts)
        found[tag] = (len(seen) - sum(seen), len(seen))
    calm, rows = (sum(column) for column in zip(*found.values(), strict=True))
    return {
        "note": f"The first {LETTERS_EACH} bodies in each language. Nobody labelled their mood; "
        "they are letters about faults, and hardly any is angry.",
        "rows": rows,
        "not_called_frustrated": share(calm, rows),
        **{f"not_called_frustrated_{tag}": share(*counts) for tag, counts in found.items()},
    }


async def _seen(classifier: LocalClassifier, texts: Sequence[str]) -> list[bool]:
    said = [await classifier.classify(ticket(text)) for text in texts]
    return [
        result.sentiment is Sentiment.FRUSTRATED or angry_words(text)
        for result, text in zip(said, texts, strict=True)
    ]


def angry_words(text: str) -> bool:
    """Whether the rules' list of angry words finds one."""
    return _angry().find(tokenize(readable(text))) is not None


@cache
def _angry() -> PhraseList:
    return load_rulebook(RULES).ticket_words["anger"].phrases
