"""The local classifier on tickets: with a small trained file, and with the one that ships."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.classify.local import ArtefactInvalid, LocalClassifier
from services.classify.taxonomy import Taxonomy, load_taxonomy
from services.common.embeddings.local import LocalEmbedder
from services.contracts import Requester, Sentiment, Ticket, Urgency


def ticket(body: str, subject: str = "", locale: str | None = None) -> Ticket:
    return Ticket(
        id="test:1",
        source="test",
        subject=subject,
        body=body,
        locale=locale,
        requester=Requester(id="r1"),
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


@pytest.fixture(scope="module")
def shipped() -> LocalClassifier:
    return LocalClassifier(LocalEmbedder(), load_taxonomy(Path("config/taxonomy/default.yaml")))


async def test_own_categories(
    embedder: LocalEmbedder, taxonomy: Taxonomy, small_artefact: Path
) -> None:
    small = LocalClassifier(embedder, taxonomy, small_artefact)
    result = await small.classify(ticket("My package is still not here", "Late parcel"))
    assert (result.category, result.intent) == ("delivery", "late")
    assert "delivery / late" in result.reasoning


def test_categories_unknown_to_the_taxonomy_are_refused(
    embedder: LocalEmbedder, taxonomy: Taxonomy, small_artefact: Path
) -> None:
    taxonomy.categories = taxonomy.categories[1:]
    with pytest.raises(ArtefactInvalid, match="'billing', which the taxonomy lacks"):
        LocalClassifier(embedder, taxonomy, small_artefact)


def test_another_embedder_is_refused(taxonomy: Taxonomy, small_artefact: Path) -> None:
    class Other(LocalEmbedder):
        name = "openai:text-embedding-3-small"

    with pytest.raises(ArtefactInvalid, match="was trained on local:all-MiniLM-L6-v2"):
        LocalClassifier(Other(), taxonomy, small_artefact)


@pytest.mark.parametrize(
    ("body", "category"),
    [
        ("I forgot my password and the reset mail never comes", "account"),
        ("You have charged my card twice for one order", "billing"),
        ("Where is my parcel? The tracking hasn't moved", "shipping"),
        ("The app crashes whenever I open it", "technical"),
        ("Thank you so much, you are wonderful", "general"),
        ("Ich möchte mein Abo kündigen", "billing"),
        ("¿Dónde está mi paquete?", "shipping"),
    ],
)
async def test_shipped_categories(shipped: LocalClassifier, body: str, category: str) -> None:
    assert (await shipped.classify(ticket(body))).category == category


@pytest.mark.parametrize(
    "body",
    [
        "asdf qwer zxcv uiop",
        "what is the capital of Mongolia and how tall is the Eiffel tower",
        "tell me a joke about elephants",
        "lorem ipsum dolor sit amet consectetur",
    ],
)
async def test_what_is_not_ours_is_doubted(shipped: LocalClassifier, body: str) -> None:
    assert (await shipped.classify(ticket(body))).confidence < 0.5


@pytest.mark.parametrize("body", ["", "   ", "12345", "?!", "\U0001f44d"])
async def test_nothing_to_read(shipped: LocalClassifier, body: str) -> None:
    result = await shipped.classify(ticket(body))
    assert (result.category, result.confidence, result.language) == ("general", 0.0, "und")


async def test_clear_questions_are_sure(shipped: LocalClassifier) -> None:
    assert (await shipped.classify(ticket("How do I reset my password?"))).confidence > 0.8


async def test_mood(shipped: LocalClassifier) -> None:
    angry = await shipped.classify(ticket("This is the FIFTH time I write!! Useless, I'm furious."))
    happy = await shipped.classify(ticket("Works perfectly now, thank you so much, you're great!"))
    calm = await shipped.classify(ticket("Which battery does the sensor take?"))
    assert angry.sentiment is Sentiment.FRUSTRATED
    assert happy.sentiment is Sentiment.POSITIVE
    assert calm.sentiment is Sentiment.NEUTRAL


async def test_urgency(shipped: LocalClassifier) -> None:
    stolen = await shipped.classify(ticket("Someone stole my card and is paying with it!"))
    question = await shipped.classify(ticket("What does the yearly plan cost?"))
    assert stolen.urgency.rank >= Urgency.HIGH.rank
    assert question.urgency is Urgency.LOW


async def test_a_request_for_a_human_is_said(shipped: LocalClassifier) -> None:
    result = await shipped.classify(ticket("Ich möchte mit einem Menschen sprechen."))
    assert result.requires_human
    assert "asks for a human" in result.reasoning
    assert result.language == "de"


async def test_the_helpdesk_knows_the_language_of_two_words(shipped: LocalClassifier) -> None:
    assert (await shipped.classify(ticket("Login kaputt", locale="de-AT"))).language in (
        "de",
        "de-AT",
    )


async def test_a_very_long_ticket(shipped: LocalClassifier) -> None:
    long = await shipped.classify(ticket("My parcel is lost. " + "It rained. " * 90_000))
    assert 0.0 <= long.confidence <= 1.0
