"""How well the local classifier labels messages it was not trained on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.cross import cross_evaluate
from evals.errors import DataInvalid
from evals.intervals import macro_f1, share
from evals.languages import (
    in_words,
    measure_human_requests,
    measure_indirect_requests,
    measure_languages,
)
from evals.mapping import (
    BANKING77_URGENT,
    BITEXT_HUMAN,
    banking77_category,
    bitext_category,
)
from evals.moods import measure_letters, measure_moods
from evals.report import Report
from evals.sets import (
    Labelled,
    read_airline,
    read_banking77,
    read_bitext,
    read_bodies,
    read_clinc,
    ticket,
)
from evals.splits import text_hash, trained_on
from services.classify.local import LocalClassifier, LocalResult
from services.classify.local.train import DEFAULT_DATA
from services.classify.taxonomy import load_taxonomy
from services.common.embeddings.local import LocalEmbedder
from services.contracts import Sentiment, Urgency

TAXONOMY = Path("config/taxonomy/default.yaml")
CONFIDENT = 0.75
AT_ONCE = 4

Judged = tuple[Labelled, LocalResult]


async def measure(folder: Path, *, cross: bool = False) -> Report:
    """Measure on every data set that lies in `folder`; raises `DataInvalid`."""
    sets = {
        "bitext": (read_bitext(folder), bitext),
        "banking77": (read_banking77(folder), banking77),
        "clinc150_out_of_scope": (_out_of_scope(read_clinc(folder)), out_of_scope),
        "airline": (read_airline(folder), airline),
    }
    languages = read_bodies(folder)
    if not languages and not any(rows for rows, _ in sets.values()):
        raise DataInvalid(f"{folder}: none of the known data sets lies here; see evals/README.md")
    classifier = LocalClassifier(LocalEmbedder(), load_taxonomy(TAXONOMY))
    seen = trained_on(DEFAULT_DATA)
    report: Report = {}
    for name, (rows, measures) in sets.items():
        fresh = [row for row in rows if text_hash(row.text) not in seen]
        if fresh:
            print(f"{name}: {len(fresh)} of {len(rows)} rows not trained on", flush=True)
            judged = await classify_all(classifier, fresh)
            report[name] = {"rows": len(fresh), "left_out": len(rows) - len(fresh)}
            report[name] |= measures(judged)
    if languages:
        report["multilingual_tickets"] = measure_languages(languages)
        report["calm_letters"] = await measure_letters(classifier, languages)
    report["own_moods"] = await measure_moods(classifier)
    report["own_human_requests"] = measure_human_requests()
    report["own_indirect_requests"] = measure_indirect_requests()
    return report | (cross_evaluate(folder) if cross else {})


async def classify_all(classifier: LocalClassifier, rows: Sequence[Labelled]) -> list[Judged]:
    """Classify each message as the body of a ticket."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(row: Labelled) -> Judged:
        async with gate:
            return row, await classifier.classify(ticket(row.text))

    return list(await asyncio.gather(*(one(row) for row in rows)))


def bitext(judged: Sequence[Judged]) -> dict[str, Any]:
    """Category, and whether explicit requests for a human are seen."""
    asked = [(row.intent == BITEXT_HUMAN, said.requires_human) for row, said in judged]
    return _categories(judged, lambda row: bitext_category(row.category, row.intent)) | {
        "human_accuracy": share(sum(a == b for a, b in asked), len(asked)),
        "human_requests_seen_with_rules": _with_rules(judged),
        "human_requests_seen": _among(asked, True),
        "others_left_alone": _among(asked, False),
    }


def _with_rules(judged: Sequence[Judged]) -> Any:
    asked = [(row, said) for row, said in judged if row.intent == BITEXT_HUMAN]
    seen = sum(said.requires_human or in_words(row.text) for row, said in asked)
    return share(seen, len(asked))


def banking77(judged: Sequence[Judged]) -> dict[str, Any]:
    """Category, and whether theft and unknown payments are urgent and handed to a human."""
    urgent = [said for row, said in judged if row.intent in BANKING77_URGENT]
    high = sum(said.urgency.rank >= Urgency.HIGH.rank for said in urgent)
    handed = sum(said.requires_human for said in urgent)
    others = [said for row, said in judged if row.intent not in BANKING77_URGENT]
    calm = sum(said.urgency.rank < Urgency.HIGH.rank for said in others)
    return _categories(judged, lambda row: banking77_category(row.intent)) | {
        "urgent_seen": share(high, len(urgent)),
        "urgent_to_human": share(handed, len(urgent)),
        "others_not_urgent": share(calm, len(others)),
    }


def out_of_scope(judged: Sequence[Judged]) -> dict[str, Any]:
    """Whether messages that are none of ours are doubted."""
    doubted = sum(said.confidence < CONFIDENT for _, said in judged)
    return {f"confidence_below_{CONFIDENT}": share(doubted, len(judged))}


def airline(judged: Sequence[Judged]) -> dict[str, Any]:
    """Mood; the labels are negative | neutral | positive, and negative is not yet frustrated."""
    moods = [(row.intent, said.sentiment) for row, said in judged]
    frustrated = [(label == "negative", said is Sentiment.FRUSTRATED) for label, said in moods]
    positive = [(label == "positive", said is Sentiment.POSITIVE) for label, said in moods]
    said = [
        "negative" if mood is Sentiment.FRUSTRATED else mood.value for mood in (m for _, m in moods)
    ]
    return {
        "note": "Negative is not yet frustrated: a calm complaint is labelled negative here.",
        "negative_called_frustrated": _among(frustrated, True),
        "others_not_called_frustrated": _among(frustrated, False),
        "positive_called_positive": _among(positive, True),
        "macro_f1_negative_as_frustrated": macro_f1([label for label, _ in moods], said),
    }


def _categories(judged: Sequence[Judged], category_of: Any) -> dict[str, Any]:
    pairs = [(category_of(row), said) for row, said in judged]
    known = [(category, said) for category, said in pairs if category is not None]
    right = [category == said.category for category, said in known]
    sure = [ok for ok, (_, said) in zip(right, known, strict=True) if said.confidence >= CONFIDENT]
    return {
        "category_macro_f1": macro_f1([c for c, _ in known], [s.category for _, s in known]),
        "category_accuracy": share(sum(right), len(right)),
        f"confidence_at_least_{CONFIDENT}": share(len(sure), len(right)),
        f"accuracy_at_confidence_{CONFIDENT}": share(sum(sure), len(sure)),
    }


def _among(pairs: Sequence[tuple[bool, bool]], expected: bool) -> Any:
    said = [got for want, got in pairs if want is expected]
    return share(sum(got is expected for got in said), len(said))


def _out_of_scope(rows: Sequence[Labelled]) -> list[Labelled]:
    return [row for row in rows if row.intent == "oos"]
