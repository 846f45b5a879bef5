"""A customer who writes again: what was said before is seen, and not said again."""

from pathlib import Path
from typing import Any

import pytest

from services.common.embeddings import Embedder, EmbeddingSettings, create_embedder
from services.common.ticket_text import question_text
from services.draft.guidelines import GuidelinesFolder
from services.draft.local import LocalDrafter
from services.draft.prompting import build_prompt
from tests.draft.material import CORRECTION, RESET, guidelines_folder, request

AT = "2026-11-22T09:00:00Z"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return create_embedder(EmbeddingSettings())


@pytest.fixture
def drafter(embedder: Embedder, tmp_path: Path) -> LocalDrafter:
    return LocalDrafter(embedder, GuidelinesFolder(guidelines_folder(tmp_path)), 0.2)


def turn(author: str, body: str) -> dict[str, Any]:
    return {"author": author, "body": body, "at": AT}


async def test_a_short_follow_up_is_asked_with_the_message_before(drafter: LocalDrafter) -> None:
    thread = [turn("customer", "How do I reset the Hub?"), turn("bot", "One moment, please.")]
    alone = await drafter.draft(request("And then?", subject=""))
    asked = await drafter.draft(request("And then?", subject="", thread=thread))
    assert asked.confidence > alone.confidence
    assert "hold the round button" in asked.reply


async def test_the_same_passage_is_not_given_twice(drafter: LocalDrafter) -> None:
    first = await drafter.draft(request("How do I do a factory reset of the hub?"))
    assert not first.abstained
    thread = [turn("customer", "How do I reset the hub?"), turn("bot", first.reply)]
    again = await drafter.draft(
        request("How do I do a factory reset of the hub?", thread=thread, documents=[RESET])
    )
    assert again.abstained
    assert again.findings[0] == "The customer has had what the sources say already."


async def test_nor_the_same_past_answer(drafter: LocalDrafter) -> None:
    thread = [turn("customer", "Vienna?"), turn("agent", str(CORRECTION["resolution"]))]
    question = "How long does shipping to Austria take?"
    fresh = await drafter.draft(request(question, corrections=[CORRECTION]))
    again = await drafter.draft(request(question, corrections=[CORRECTION], thread=thread))
    assert {citation.source_id for citation in fresh.citations} == {"c-1"}
    assert "c-1" not in {citation.source_id for citation in again.citations}


def test_a_model_sees_the_last_five_messages_only() -> None:
    thread = [turn("customer" if n % 2 == 0 else "bot", f"message {n}") for n in range(8)]
    prompt = build_prompt(request("And now?", thread=thread), "", max_turns=5, max_tokens=100)
    assert [n for n in range(8) if f"message {n}" in prompt.user] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("body", "with_context"),
    [
        ("And how long does that take?", True),
        ("Und wie lange?", True),
        ("どのくらいかかりますか", True),
        (
            "Thank you. My second sensor shows a red light since the update of Monday, what is it?",
            False,
        ),
        (
            "ありがとうございます。ところで、二台目のセンサーは月曜日の更新から赤く光っています。原因は何ですか。",
            False,
        ),
    ],
)
def test_only_a_short_message_needs_what_was_before(body: str, with_context: bool) -> None:
    thread = [turn("customer", "Can I return it?"), turn("bot", "Within 30 days.")]
    asked = question_text(request(body, thread=thread).ticket)
    assert ("Can I return it?" in asked) is with_context
    assert "Within 30 days." not in asked
