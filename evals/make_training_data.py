"""Cut the parts of public data sets that ship as training data; run once, kept for the record.

    uv run python -m evals.make_training_data --data ../shared/data

Rows are chosen by a hash of their text, so that the choice is the same everywhere; the evaluation
leaves out every row whose text is in the training files.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from evals.mapping import (
    BANKING77_EXTRA,
    BANKING77_URGENCY,
    BITEXT_HUMAN,
    banking77_category,
    banking77_intent,
    bitext_category,
    bitext_intent,
)
from evals.sets import read_banking77, read_bitext, read_clinc
from evals.splits import text_hash

OUT = Path("services/classify/local/data")
COLUMNS = ["text", "category", "intent", "label", "urgency", "human"]
BANKING77_PER_INTENT = 40
BITEXT_PER_INTENT = 25
BITEXT_HUMAN_ROWS = 60
OOS_SHARE = 0.5
OFF_TOPIC_PER_INTENT = 6
# CLINC intents that no shop's customer writes about.
OFF_TOPIC = frozenset(Path(__file__).with_name("clinc_off_topic.txt").read_text("utf-8").split())

Row = dict[str, str]


def banking77(folder: Path) -> list[Row]:
    """Equal numbers of each mapped intent, and the ones about loss and theft as urgent."""
    rows = []
    for item in read_banking77(folder):
        category = banking77_category(item.intent) or BANKING77_EXTRA.get(item.intent)
        if category is None:
            continue
        urgency = BANKING77_URGENCY.get(item.intent, "")
        row = {"text": item.text, "category": category, "intent": banking77_intent(item.intent)}
        human = "yes" if urgency == "high" else "no"
        rows.append(row | {"label": f"banking77:{item.intent}", "urgency": urgency, "human": human})
    return first_by_hash(rows, lambda row: BANKING77_PER_INTENT)


def bitext(folder: Path) -> list[Row]:
    """Equal numbers of each mapped intent, more of the requests for a human."""
    rows = []
    for item in read_bitext(folder):
        category = bitext_category(item.category, item.intent)
        if category is None:
            continue
        row = {"text": item.text, "category": category, "intent": bitext_intent(item.intent)}
        human = "yes" if item.intent == BITEXT_HUMAN else "no"
        rows.append(row | {"label": f"bitext:{item.intent}", "urgency": "", "human": human})
    return first_by_hash(
        rows, lambda row: BITEXT_HUMAN_ROWS if row["human"] == "yes" else BITEXT_PER_INTENT
    )


def out_of_scope(folder: Path) -> list[Row]:
    """Half of CLINC150's out-of-scope rows and a few of each intent that is no shop's business."""
    items = read_clinc(folder)
    strange = sorted({i.text for i in items if i.intent == "oos"}, key=text_hash)
    rows = [_foreign(text, "oos") for text in strange[: int(len(strange) * OOS_SHARE)]]
    off = [_foreign(item.text, item.intent) for item in items if item.intent in OFF_TOPIC]
    return rows + first_by_hash(off, lambda row: OFF_TOPIC_PER_INTENT)


def _foreign(text: str, intent: str) -> Row:
    return {"text": text, "category": "out_of_scope", "label": f"clinc150:{intent}", "human": "no"}


def first_by_hash(rows: Iterable[Row], limit: Callable[[Row], int]) -> list[Row]:
    """Keep the first `limit(row)` rows of each label, in the order of their texts' hashes."""
    kept: list[Row] = []
    counts: Counter[str] = Counter()
    for row in sorted(
        {row["text"]: row for row in rows}.values(), key=lambda r: text_hash(r["text"])
    ):
        if counts[row["label"]] < limit(row):
            counts[row["label"]] += 1
            kept.append(row)
    return sorted(kept, key=lambda row: (row["category"], row["label"], row["text"]))


def write(rows: list[Row], path: Path) -> None:
    """Write training rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Read the command line and write the three files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    folder = parser.parse_args().data
    for name, make in (
        ("banking77", banking77),
        ("bitext", bitext),
        ("out_of_scope", out_of_scope),
    ):
        rows = make(folder)
        write(rows, OUT / f"{name}.csv")
        print(f"{name}.csv: {len(rows)} rows")


if __name__ == "__main__":
    main()
