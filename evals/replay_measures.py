"""The measures of a replay, each with its 95 % interval, and the points of its plots."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy.stats import beta

from evals.intervals import Measure, bootstrap, macro_f1, mean
from evals.replay_judge import Basis, article_of, basis, cited, like_resolution
from evals.replay_run import Record, Route

_LEVEL = 0.05
_FEWEST_IN_A_BIN = 10
_MOST_BINS = 8


def exact_share(hits: int, rows: int) -> Measure:
    """The share of hits with the exact interval (Clopper and Pearson): never too narrow."""
    if rows == 0:
        return {"value": None, "low": None, "high": None, "rows": 0}
    low = float(beta.ppf(_LEVEL / 2, hits, rows - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - _LEVEL / 2, hits + 1, rows - hits)) if hits < rows else 1.0
    value = round(hits / rows, 4)
    return {"value": value, "low": round(low, 4), "high": round(high, 4), "rows": rows}


def measures(records: Sequence[Record]) -> dict[str, Any]:
    """Everything that the labels allow to be measured."""
    return {
        "routes": _routes(records),
        "sending": _sending(records),
        "classification": _classification(records),
        "sources": _sources(records),
        "drafting": _drafting(records),
        "probability": _probability(records),
        "risk_coverage": risk_coverage(records),
        "cost": _cost(records),
        "rules": dict(Counter(rule for each in records for rule in each.rules).most_common()),
        "failures": dict(Counter(each.failed for each in records if each.failed).most_common()),
    }


def _share(records: Iterable[Record], total: int) -> Measure:
    return exact_share(sum(1 for _ in records), total)


def _routes(records: Sequence[Record]) -> dict[str, Measure]:
    return {
        route.value: _share((e for e in records if e.route is route), len(records))
        for route in Route
    }


def _sending(records: Sequence[Record]) -> dict[str, Any]:
    sent = [each for each in records if each.route is Route.SENT]
    judged = [each for each in sent if each.right is not None]
    marked = [each for each in records if each.row.must_not_send]
    answerable = [each for each in records if basis(each.row) not in (None, Basis.MUST_NOT_SEND)]
    bases = Counter(found.value for each in records if (found := basis(each.row)))
    return {
        "wrong_among_sent": _share((e for e in judged if not e.right), len(judged)),
        "must_not_send_sent": _share((e for e in marked if e.route is Route.SENT), len(marked)),
        "answerable_sent_right": _share(
            (e for e in answerable if e.route is Route.SENT and e.right), len(answerable)
        ),
        "sent_unjudged": len(sent) - len(judged),
        "judged_by": dict(bases),
    }


def _classification(records: Sequence[Record]) -> dict[str, Any] | None:
    found = [each for each in records if each.classification is not None]
    categories = [
        (each.row.category, each.classification.category)
        for each in found
        if each.row.category and each.classification
    ]
    intents = [
        (each.row.intent, each.classification.intent)
        for each in found
        if each.row.intent and each.classification
    ]
    languages = [
        (_primary(each.row.language), _primary(each.classification.language))
        for each in found
        if each.row.language and each.classification
    ]
    if not (categories or intents or languages):
        return None
    return {
        "category_accuracy": _accuracy(categories),
        "category_macro_f1": macro_f1([e for e, _ in categories], [p for _, p in categories]),
        "intent_accuracy": _accuracy(intents),
        "language_accuracy": _accuracy(languages),
        "confusion": confusion(categories),
    }


def _primary(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


def _accuracy(pairs: Sequence[tuple[str, str]]) -> Measure:
    return exact_share(sum(expected == found for expected, found in pairs), len(pairs))


def confusion(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Counts by expected (rows) and predicted (columns) category, both in `labels`' order."""
    labels = sorted({name for pair in pairs for name in pair})
    counted = Counter(pairs)
    matrix = [[counted[expected, found] for found in labels] for expected in labels]
    return {"labels": labels, "matrix": matrix}


def _sources(records: Sequence[Record]) -> dict[str, Measure] | None:
    named = [each for each in records if each.row.expected_source and each.evidence is not None]
    if not named:
        return None
    drafted = [each for each in named if each.drafted]
    return {
        "found": _share((e for e in named if _found(e)), len(named)),
        "cited": _share(
            (e for e in drafted if set(e.row.expected_source) & set(cited(e))), len(drafted)
        ),
    }


def _found(record: Record) -> bool:
    documents = record.evidence.documents if record.evidence else []
    return bool(set(record.row.expected_source) & {article_of(each.id) for each in documents})


def _drafting(records: Sequence[Record]) -> dict[str, Any]:
    tried = [each for each in records if each.draft is not None]
    drafted = [each for each in tried if each.drafted]
    judged = [each for each in drafted if each.right is not None]
    both = [e for e in judged if e.row.resolution and basis(e.row) is Basis.MUST_SAY]
    similar = [e.resolution_similarity for e in drafted if e.resolution_similarity is not None]
    return {
        "drafted": _share(drafted, len(tried)),
        "right_among_drafted": _share((e for e in judged if e.right), len(judged)),
        "likeness_judges_alike": _share(
            (e for e in both if like_resolution(e) == e.right), len(both)
        ),
        "similarity_with_resolution": mean([max(0.0, min(1.0, value)) for value in similar]),
    }


def _probability(records: Sequence[Record]) -> dict[str, Any] | None:
    pairs = [
        (each.check.probability, float(each.right))
        for each in records
        if each.check is not None and each.right is not None
    ]
    if not pairs:
        return None
    said = np.array([probability for probability, _ in pairs])
    was = np.array([right for _, right in pairs])
    return {
        "brier": mean([float(value) for value in (said - was) ** 2]),
        "calibration_error": bootstrap(
            len(pairs), lambda chosen: calibration_error(said[chosen], was[chosen])
        ),
        "bins": [_bin(said[rows], was[rows]) for rows in _bins(said)],
    }


def calibration_error(said: np.ndarray[Any, Any], was: np.ndarray[Any, Any]) -> float:
    """Expected calibration error over bins of equally many tickets."""
    gaps = [abs(said[rows].mean() - was[rows].mean()) * len(rows) for rows in _bins(said)]
    return float(sum(gaps) / len(said))


def _bins(said: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    many = max(1, min(_MOST_BINS, len(said) // _FEWEST_IN_A_BIN))
    return list(np.array_split(np.argsort(said, kind="stable"), many))


def _bin(said: np.ndarray[Any, Any], was: np.ndarray[Any, Any]) -> dict[str, Any]:
    share = exact_share(int(was.sum()), len(was))
    return {"said": round(float(said.mean()), 4), "was": share}


def risk_coverage(records: Sequence[Record]) -> dict[str, Any] | None:
    """What each threshold would have sent and got wrong; the same threshold for all categories.

    Counted are tickets whose reply can be judged; those that a rule keeps for a human are never
    sent, whatever the threshold.
    """
    judgeable = [each for each in records if basis(each.row) is not None]
    open_ = [each for each in judgeable if each.only_threshold_decides and each.check is not None]
    if not open_:
        return None
    by_probability: dict[float, list[Record]] = {}
    for each in open_:
        by_probability.setdefault(each.check.probability if each.check else 0.0, []).append(each)
    points, sent, wrong = [], 0, 0
    for threshold in sorted(by_probability, reverse=True):
        group = by_probability[threshold]
        sent += len(group)
        wrong += sum(not each.right for each in group)
        risk = exact_share(wrong, sent)
        point = {"threshold": round(threshold, 4), "coverage": round(sent / len(judgeable), 4)}
        points.append(point | {"sent": sent, "wrong": wrong, "risk": risk})
    now = [each for each in judgeable if each.route is Route.SENT]
    return {
        "tickets": len(judgeable),
        "points": points,
        "now": {
            "coverage": round(len(now) / len(judgeable), 4),
            "risk": exact_share(sum(not each.right for each in now), len(now)),
        },
    }


def _cost(records: Sequence[Record]) -> dict[str, Any]:
    calls = [call for each in records for call in each.calls]
    used = [bill.usage for each in records for bill in each.bills]
    usd = sum(each.cost_usd for each in records)
    seconds = sorted(each.seconds for each in records)
    return {
        "usd": round(usd, 6),
        "usd_per_ticket": round(usd / len(records), 6),
        "input_tokens": sum(
            u.input_tokens + u.cache_read_tokens + u.cache_write_tokens for u in used
        ),
        "cached_tokens": sum(usage.cache_read_tokens for usage in used),
        "output_tokens": sum(usage.output_tokens for usage in used),
        "models": sorted({f"{call.provider}: {call.model}" for call in calls}),
        "seconds_median": round(float(np.median(seconds)), 3),
    }
