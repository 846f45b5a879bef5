"""The mapping to our categories, and that nothing trained on is measured on."""

import csv
from pathlib import Path

from evals.mapping import (
    banking77_category,
    banking77_intent,
    bitext_category,
    bitext_intent,
)
from evals.splits import text_hash, trained_on
from services.classify.local.train import DATA, DEFAULT_DATA
from services.classify.taxonomy import load_taxonomy


def test_bitext_orders_are_left_out_but_for_tracking() -> None:
    assert bitext_category("ORDER", "track_order") == "shipping"
    assert bitext_category("ORDER", "cancel_order") is None
    assert bitext_category("REFUND", "get_refund") == "billing"


def test_banking77() -> None:
    assert banking77_category("card_arrival") == "shipping"
    assert banking77_category("pin_blocked") == "account"
    assert banking77_category("getting_spare_card") is None
    assert banking77_intent("pending_transfer") == "payment_failed"


def test_shipped_labels_are_in_the_taxonomy() -> None:
    taxonomy = load_taxonomy(Path("config/taxonomy/default.yaml"))
    known = {
        (category.id, intent.id) for category in taxonomy.categories for intent in category.intents
    }
    for name in ("written.csv", "banking77.csv", "bitext.csv"):
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            pairs = {(row["category"], row["intent"]) for row in csv.DictReader(lines)}
        assert pairs - {("", ""), ("out_of_scope", "")} <= known


def test_every_bitext_intent_has_one_of_ours() -> None:
    assert bitext_intent("contact_human_agent") == "contact_or_hours"


def test_training_texts_are_known_whatever_their_case() -> None:
    seen = trained_on(DEFAULT_DATA)
    with (DATA / "bitext.csv").open(encoding="utf-8", newline="") as lines:
        text = next(csv.DictReader(lines))["text"]
    assert text_hash(f"  {text.upper()} ") in seen
    assert text_hash("a sentence nobody trained on") not in seen
