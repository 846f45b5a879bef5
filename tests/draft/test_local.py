"""The extractive drafter, with the real embedding model."""

from pathlib import Path
from typing import Any

import pytest

from services.common.embeddings import Embedder, EmbeddingSettings, create_embedder
from services.contracts import Draft
from services.draft.evidence import normalised
from services.draft.guidelines import GuidelinesFolder
from services.draft.local import LocalDrafter
from tests.draft.material import CORRECTION, RESET, SHIPPING, guidelines_folder, request


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return create_embedder(EmbeddingSettings())


@pytest.fixture
def drafter(embedder: Embedder, tmp_path: Path) -> LocalDrafter:
    return LocalDrafter(embedder, GuidelinesFolder(guidelines_folder(tmp_path)), 0.5)


async def test_an_answer_quotes_the_right_section(drafter: LocalDrafter) -> None:
    draft = await drafter.draft(request("How can I do a factory reset of the hub?"))
    assert not draft.abstained
    assert draft.reply.startswith("Hi Ana,\n\n")
    assert draft.reply.endswith("Best regards,\nLarkspur Support")
    assert "hold the round button for 12 seconds" in draft.reply
    assert "Parcels" not in draft.reply
    assert {citation.source_id for citation in draft.citations} == {"reset-hub#1"}
    for citation in draft.citations:
        assert normalised(citation.quote) in normalised(str(RESET["text"]))
    assert draft.confidence > 0.6


@pytest.mark.parametrize(
    ("question", "changes"),
    [
        ("Can you recommend a restaurant in Lisbon?", {}),
        ("How do I reset my hub?", {"documents": []}),
        ("asdf qwer zxcv", {}),
        ("", {"subject": ""}),
    ],
)
async def test_weak_evidence_abstains_with_findings(
    drafter: LocalDrafter, question: str, changes: dict[str, Any]
) -> None:
    draft = await drafter.draft(request(question, **changes))
    assert (draft.abstained, draft.reply, draft.citations) == (True, "", [])
    assert draft.confidence == 0
    assert draft.findings


async def test_an_answer_in_another_language_is_a_finding_only(drafter: LocalDrafter) -> None:
    draft = await drafter.draft(request("Wie setze ich meinen Hub zurück? reset", language="de"))
    assert draft.abstained
    assert "'en', the customer writes 'de'" in draft.findings[0] or "weak" in draft.findings[0]


async def test_a_close_correction_answers_as_the_human_did(drafter: LocalDrafter) -> None:
    draft = await drafter.draft(
        request("How long to Vienna?", documents=[SHIPPING], corrections=[CORRECTION])
    )
    assert "Parcels to Austria take 4 to 7 days. You get a tracking link by e-mail." in draft.reply
    assert draft.citations[0].source_id == "c-1"
    assert draft.confidence == pytest.approx(0.91)


@pytest.mark.parametrize(
    "resolution",
    [
        "I have refunded your order. It takes 5 days.",
        "Your order 4815162342 is on its way.",
        "We'll send a new one tomorrow.",
    ],
)
async def test_what_was_true_for_one_customer_only_is_not_repeated(
    drafter: LocalDrafter, resolution: str
) -> None:
    draft = await drafter.draft(
        request("xyz", documents=[], corrections=[CORRECTION | {"resolution": resolution}])
    )
    assert draft.abstained
    assert "Similar ticket" in draft.findings[-1]


async def test_a_list_keeps_its_opening_sentence(drafter: LocalDrafter) -> None:
    steps = "To pair a sensor, do this:\n1. Open the app.\n2. Tap Add sensor.\n3. Shake it gently."
    draft = await drafter.draft(
        request("tap add sensor in the app?", documents=[RESET | {"text": steps}])
    )
    assert "To pair a sensor, do this:\n1. Open the app.\n2. Tap Add sensor." in draft.reply


async def test_sentences_beside_the_question_are_left_out(drafter: LocalDrafter) -> None:
    text = (
        "To change the address of an order, open Profile > Orders and tap Change address. "
        "You can do this until the parcel has left the warehouse. "
        "Plant food is best stored in a cool and dark place."
    )
    draft = await drafter.draft(
        request("How can I change the address of my order?", documents=[RESET | {"text": text}])
    )
    assert "tap Change address" in draft.reply
    assert "Plant food" not in draft.reply


async def test_the_stream_ends_with_the_same_draft(drafter: LocalDrafter) -> None:
    pieces = [piece async for piece in drafter.stream(request("How do I reset the hub?"))]
    assert isinstance(pieces[-1], Draft)
    assert "".join(str(piece) for piece in pieces[:-1]) == pieces[-1].reply


WARRANTY = {
    "id": "warranty#1",
    "title": "Warranty",
    "section": "",
    "text": (
        "# What is covered\n\nFaults of a Hub are covered for two years.\n\n"
        "# Warranty of a Hub\n\n"
        "The years of warranty that you get on a Hub go with it when you sell it."
    ),
    "url": "https://help.larkspur.example/articles/warranty",
    "score": 0.7,
}


async def test_of_two_parts_the_one_that_says_it_comes_first(drafter: LocalDrafter) -> None:
    asked = "How many years of warranty do I get on a Hub?"
    draft = await drafter.draft(request(asked, documents=[WARRANTY], subject="Warranty"))
    assert "two years" in draft.citations[0].quote


async def test_a_section_further_down_is_read_where_the_first_do_not_say_it(
    drafter: LocalDrafter,
) -> None:
    others = [
        {**SHIPPING, "id": f"w#{n}", "text": "The warranty of a Hub covers faults.", "score": 0.8}
        for n in range(3)
    ]
    asked = "How many years of warranty do I get on a Hub?"
    draft = await drafter.draft(request(asked, documents=[*others, WARRANTY], subject="Warranty"))
    assert "two years" in draft.reply


async def test_a_correction_for_the_customers_case_goes_before_a_nearer_one(
    drafter: LocalDrafter,
) -> None:
    nearer = {**CORRECTION, "resolution": "You find the invoice in your account."}
    asked = "I ordered as a guest. Where is my invoice?"
    told = {
        **CORRECTION,
        "id": "c-2",
        "similarity": 0.8,
        "resolution": "If you ordered as a guest, it is attached to the e-mail.",
    }
    draft = await drafter.draft(request(asked, documents=[], corrections=[nearer, told]))
    assert "attached" in draft.reply
    for documents in ([], [RESET], [RESET | {"text": "# Reset"}]):  # none, beside it, and empty
        draft = await drafter.draft(request(asked, documents=documents, corrections=[nearer]))
        assert "in your account" in draft.reply
