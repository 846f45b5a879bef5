"""Train the injection model: `uv run python -m services.rules.injection_train`."""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.common.embeddings.local import LocalEmbedder
from services.rules.injection_artefact import ARTEFACT, InjectionArtefact, save
from services.rules.injection_judge import shown
from services.rules.injection_signs import Floats
from services.rules.injection_templates import make
from services.rules.injection_training import Row, fold_of, train

DATA = Path(__file__).with_name("injection_data")
TICKETS = Path("services/classify/local/data")
EXAMPLES = Path("config/taxonomy/examples.csv")
BANKING77_ROWS = 900
_KINDS = {"direct": "attack", "task": "errand", "prompt": "prompt"}
# Texts made of each pattern of a template file.
MADE = {
    "attacks": 6,
    "attacks_other_languages": 4,
    "errands": 3,
    "prompts": 5,
    "ordinary": 12,
}


def training_rows() -> list[Row]:
    """Every training text once, with its role; the order is that of the files."""
    every = [*_own_rows(), *_ticket_rows(), *_made_rows()]
    rows = {row.text: row for row in reversed(every) if row.text.strip()}
    return list(rows.values())[::-1]


def _made_rows() -> Iterator[Row]:
    for name, per_pattern in MADE.items():
        for made in make(name, per_pattern):
            yield Row(shown(made.text), made.role, made.pattern, made=True)


def _own_rows() -> Iterator[Row]:
    for row in _read(DATA / "deepset.csv"):
        role = "attack" if row["label"] == "1" else "prompt"
        yield Row(shown(row["text"]), role, row["group"])
    for row in _read(DATA / "notinject.csv"):
        yield Row(shown(row["text"]), "prompt")
    for row in _read(DATA / "attacks.csv"):
        yield Row(shown(row["text"]), _KINDS[row["kind"]])
    for row in _read(DATA / "bipia_attacks.csv"):
        yield Row(shown(row["text"]), "errand", row["kind"])


def _ticket_rows() -> Iterator[Row]:
    paths = [DATA / "ordinary.csv", DATA / "bipia_emails.csv", EXAMPLES]
    paths += [TICKETS / f"{name}.csv" for name in ("written", "bitext", "out_of_scope")]
    for path in paths:
        yield from (_ticket_row(row) for row in _read(path))
    banking = _read(TICKETS / "banking77.csv")
    step = max(1, len(banking) // BANKING77_ROWS)
    yield from (_ticket_row(row) for row in banking[::step])


def _ticket_row(row: dict[str, str]) -> Row:
    category = row.get("category") or ""
    if category == "out_of_scope":
        return Row(shown(row["text"]), "prompt")
    about = [category, row.get("label") or row.get("intent"), row.get("language")]
    return Row(shown(row["text"]), "ordinary", topic="/".join(filter(None, about)))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class CachedEmbedder:
    """The local encoder; training asks for the same windows many times."""

    def __init__(self) -> None:
        self._encoder = LocalEmbedder()
        self._known: dict[str, list[float]] = {}
        self.name = self._encoder.name

    def __call__(self, texts: Sequence[str]) -> Floats:
        """One vector per text, in order."""
        for text in texts:
            if text not in self._known:
                self._known[text] = self._encoder.embed_now([text])[0]
        vectors = np.array([self._known[text] for text in texts], dtype=np.float32)
        return vectors.reshape(len(texts), LocalEmbedder.dimensions)


def main() -> None:
    """Read the command line, train and say on what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ARTEFACT, help="the file to write")
    out = parser.parse_args().out
    start = time.perf_counter()
    rows, embed = training_rows(), CachedEmbedder()
    # On machines with other work, BLAS threads that wait for each other take many times as long.
    with threadpool_limits(1):
        model, folds = train(rows, embed)
    save(InjectionArtefact(embed.name, model, tuple(folds), len(rows)), out)
    print(f"{len(rows)} texts, {time.perf_counter() - start:.0f} s → {out}")
    print(dict(Counter(row.role for row in rows)))


__all__ = ["fold_of", "main", "training_rows"]

if __name__ == "__main__":
    main()
