"""Follow-ups that say little by themselves are understood by the message before them."""

from datetime import UTC, datetime
from pathlib import Path

from services.classify.local import LocalClassifier
from services.classify.taxonomy import load_taxonomy
from services.common.embeddings.local import LocalEmbedder
from services.contracts import Author, Requester, Ticket, Turn

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FOLLOW_UPS = [
    ("shipping", "Where is my parcel? It should be here since Monday.", "And how long can it be?"),
    ("account", "I forgot my password, the reset mail does not come.", "I looked there, nothing."),
    ("billing", "Can I get an invoice with my VAT number?", "And for last year?"),
    ("technical", "My sensor shows offline since yesterday.", "It still does."),
    ("billing", "You charged my card twice for one order", "When will that be?"),
    ("technical", "The hub does not find my Wi-Fi.", "And with 5 GHz?"),
    ("shipping", "Can I change the delivery address of my order?", "What if it is on its way?"),
    ("account", "How can I delete my account?", "And the data?"),
    ("billing", "How do I cancel Larkspur Plus?", "Until when do I pay?"),
    ("technical", "Der Sensor misst falsche Werte.", "Und danach?"),
    ("billing", "Wann bekomme ich die Rechnung?", "Geht das auch per Post?"),
]


def ticket(body: str, before: str | None = None) -> Ticket:
    said = [(Author.CUSTOMER, before), (Author.BOT, "Here is what to do.")] if before else []
    return Ticket(
        id="t:1",
        source="t",
        subject="",
        body=body,
        thread=[Turn(author=author, body=text or "", at=NOW) for author, text in said],
        requester=Requester(id="r"),
        created_at=NOW,
    )


async def test_most_follow_ups_are_told_with_context_and_few_without() -> None:
    taxonomy = load_taxonomy(Path("config/taxonomy/default.yaml"))
    classifier = LocalClassifier(LocalEmbedder(), taxonomy)
    alone, together = 0, 0
    for category, before, body in FOLLOW_UPS:
        alone += (await classifier.classify(ticket(body))).category == category
        together += (await classifier.classify(ticket(body, before))).category == category
    assert together >= len(FOLLOW_UPS) - 1
    assert alone <= len(FOLLOW_UPS) - 3


async def test_who_changes_the_language_is_answered_in_the_new_one() -> None:
    taxonomy = load_taxonomy(Path("config/taxonomy/default.yaml"))
    classifier = LocalClassifier(LocalEmbedder(), taxonomy)
    before = "Where is my parcel? It should have been here since Monday morning."
    found = await classifier.classify(ticket("Wann kommt denn nun mein Paket?", before))
    assert found.language == "de"
