"""Train the local classifier: `uv run python -m services.classify.local.train --data my.csv`."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.classify.local.artefact import ARTEFACT, save
from services.classify.local.errors import TrainingDataInvalid
from services.classify.local.rows import OUT_OF_SCOPE, TrainingRow, read_rows
from services.classify.local.training import train
from services.common.embeddings.local import LocalEmbedder

DATA = Path(__file__).with_name("data")
DEFAULT_DATA = [
    Path("config/taxonomy/examples.csv"),
    *(DATA / f"{name}.csv" for name in ("written", "moods", "banking77", "bitext", "out_of_scope")),
]


def run(paths: Sequence[Path], out: Path) -> dict[str, int]:
    """Train on CSV files and write the artefact; returns the rows per category."""
    rows = _without_repeats(read_rows(paths))
    embedder = LocalEmbedder(threads=2)
    vectors = np.array(embedder.embed_now([row.text for row in rows]), dtype=np.float32)
    # On machines with other work, BLAS threads that wait for each other take many times as long.
    with threadpool_limits(1):
        save(train(rows, vectors, embedder.name), out)
    return dict(Counter(row.category or "(mood or human only)" for row in rows))


def _without_repeats(rows: Sequence[TrainingRow]) -> list[TrainingRow]:
    # The same text in two folds would make the calibration believe in memory.
    return list({row.text.strip().lower(): row for row in reversed(rows)}.values())[::-1]


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="A CSV needs the columns text,category and may have intent, urgency (low | medium "
        "| high | critical), sentiment (neutral | frustrated | positive), human (yes | no). Rows "
        f"of the category '{OUT_OF_SCOPE}' teach it what is none of your business.",
    )
    parser.add_argument(
        "--data", type=Path, nargs="+", default=DEFAULT_DATA, help="CSV files (default: ours)"
    )
    parser.add_argument("--out", type=Path, default=ARTEFACT, help="the file to write")
    arguments = parser.parse_args()
    start = time.perf_counter()
    try:
        counts = run(arguments.data, arguments.out)
    except TrainingDataInvalid as error:
        sys.exit(f"Cannot train: {error}")
    seconds = time.perf_counter() - start
    print(f"{sum(counts.values())} messages, {seconds:.0f} s → {arguments.out}")
    for name, count in sorted(counts.items()):
        print(f"  {name}: {count}")


if __name__ == "__main__":
    main()
