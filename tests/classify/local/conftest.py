"""A small classifier trained on thirty rows, once per session."""

import csv
from pathlib import Path

import pytest

from services.classify.local.train import run
from services.classify.taxonomy import Taxonomy
from services.common.embeddings.local import LocalEmbedder
from services.contracts import Sentiment, Urgency

THIRTY = {
    "billing/refund": [
        "I want my money back",
        "When will the refund be on my account?",
        "Please refund the last payment",
        "My refund has not arrived",
        "Can I get a refund for the sensor?",
        "How long does a refund take?",
        "You charged me twice, refund one of them",
        "The refunded amount is wrong",
        "Refund my order please",
        "I am waiting for my refund",
    ],
    "delivery/late": [
        "Where is my parcel?",
        "My package has not arrived",
        "The delivery is late",
        "Tracking has not moved for days",
        "When will my order be delivered?",
        "The courier never came",
        "My shipment is lost",
        "Has my order been shipped?",
        "The parcel went to the wrong house",
        "How long does delivery take?",
    ],
    "general/other": [
        "Thank you, you are wonderful!",
        "I love your shop",
        "Do you have a newsletter?",
        "Are you hiring?",
        "What are your opening hours?",
        "Can I sell your products in my store?",
        "Which plant suits a dark room?",
        "Great service, thanks",
        "It would be nice to have a dark mode",
        "I am writing an article about you",
    ],
}


def write_thirty(path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["text", "category", "intent", "urgency", "sentiment"])
        for label, texts in THIRTY.items():
            category, intent = label.split("/")
            mood = "positive" if category == "general" else "neutral"
            writer.writerows([text, category, intent, "low", mood] for text in texts)
    return path


@pytest.fixture(scope="session")
def thirty_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_thirty(tmp_path_factory.mktemp("training") / "thirty.csv")


@pytest.fixture(scope="session")
def small_artefact(thirty_csv: Path) -> Path:
    path = thirty_csv.with_name("small.npz")
    run([thirty_csv], path)
    return path


@pytest.fixture(scope="session")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture
def taxonomy() -> Taxonomy:
    def entry(name: str) -> dict[str, str]:
        return {"id": name, "name": name, "description": name}

    return Taxonomy.model_validate(
        {
            "categories": [entry(name) for name in ("billing", "delivery", "general")],
            "urgency": [entry(level) for level in Urgency],
            "sentiment": [entry(mood) for mood in Sentiment],
        }
    )
