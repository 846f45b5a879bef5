"""How far the classifier carries to a data set of which it has seen nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from evals.intervals import macro_f1, share
from evals.mapping import banking77_category, bitext_category
from evals.report import Report
from evals.sets import Labelled, read_banking77, read_bitext
from services.classify.local.heads import Floats
from services.classify.local.judging import judge
from services.classify.local.rows import OUT_OF_SCOPE, TrainingRow, read_rows
from services.classify.local.train import DATA, DEFAULT_DATA
from services.classify.local.training import FOLDS, fold_of, train_uncalibrated
from services.common.embeddings.local import LocalEmbedder

OWN = Path("config/taxonomy/examples.csv")


def cross_evaluate(folder: Path) -> Report:
    """Train without each public set and test on it; and five-fold on our own examples."""
    embedder = LocalEmbedder(threads=2)
    report: Report = {}
    with threadpool_limits(1):
        for name, rows, category_of in _sets(folder):
            if rows:
                files = [path for path in DEFAULT_DATA if path != DATA / f"{name}.csv"]
                print(f"{name}: training without it", flush=True)
                report[f"{name}_unseen"] = _unseen(embedder, files, rows, category_of)
        report["own_examples_five_fold"] = _own(embedder)
    return report


def _sets(
    folder: Path,
) -> list[tuple[str, list[Labelled], Callable[[Labelled], str | None]]]:
    return [
        ("bitext", read_bitext(folder), lambda row: bitext_category(row.category, row.intent)),
        ("banking77", read_banking77(folder), lambda row: banking77_category(row.intent)),
    ]


def _unseen(
    embedder: LocalEmbedder,
    files: Sequence[Path],
    rows: Sequence[Labelled],
    category_of: Callable[[Labelled], str | None],
) -> dict[str, Any]:
    training = read_rows(files)
    known = [(row.text, category) for row in rows if (category := category_of(row)) is not None]
    said = _predict(embedder, training, [text for text, _ in known])
    return _scores([category for _, category in known], said)


def _own(embedder: LocalEmbedder) -> dict[str, Any]:
    own = read_rows([OWN])
    others = read_rows([path for path in DEFAULT_DATA if path != OWN])
    expected: list[TrainingRow] = []
    said: list[str] = []
    for fold in range(FOLDS):
        held = [row for row in own if fold_of(row.text) == fold]
        rest = [row for row in own if fold_of(row.text) != fold]
        expected += held
        said += _predict(embedder, rest + others, [row.text for row in held])
    scores = _scores([row.category for row in expected], said)
    for name, wanted in (("english", True), ("other_languages", False)):
        right = [
            row.category == guess
            for row, guess in zip(expected, said, strict=True)
            if (row.language == "en") is wanted
        ]
        scores[f"accuracy_{name}"] = share(sum(right), len(right))
    return scores


def _predict(
    embedder: LocalEmbedder, training: Sequence[TrainingRow], texts: Sequence[str]
) -> list[str]:
    known = list({row.text.strip().lower(): row for row in training}.values())
    known = [row for row in known if row.category and row.category != OUT_OF_SCOPE]
    vectors = _embed(embedder, [row.text for row in known])
    artefact = train_uncalibrated(known, vectors, embedder.name)
    judged = judge(artefact, _embed(embedder, texts), texts)
    return [judged.names[best] for best in judged.categories.argmax(axis=1)]


_cache: dict[str, list[float]] = {}


def _embed(embedder: LocalEmbedder, texts: Sequence[str]) -> Floats:
    missing = [text for text in dict.fromkeys(texts) if text not in _cache]
    _cache.update(zip(missing, embedder.embed_now(missing), strict=True))
    return np.array([_cache[text] for text in texts], dtype=np.float32)


def _scores(expected: Sequence[str], said: Sequence[str]) -> dict[str, Any]:
    right = sum(a == b for a, b in zip(expected, said, strict=True))
    return {
        "rows": len(expected),
        "category_macro_f1": macro_f1(expected, said),
        "category_accuracy": share(right, len(expected)),
    }
