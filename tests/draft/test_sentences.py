"""Sections are split into pieces that stand verbatim in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.draft.evidence import normalised
from services.draft.sentences import pieces, plain
from tests.draft.material import RESET


def test_sentences_and_list_items_in_order() -> None:
    assert pieces(str(RESET["text"])) == [
        "Your Hub can be reset in two ways.",
        "To reset the Hub, hold the **round button** for 12 seconds until the light turns amber.",
        "1. Unplug the Hub.",
        "2. Plug it in again.",
        "3. Hold the button for 12 seconds.",
        "Your sensors stay paired after a reset.",
    ]


def test_headings_and_blank_lines_are_no_pieces() -> None:
    assert pieces("## Returns\n\n\nSend it back.\n") == ["Send it back."]


@pytest.mark.parametrize(
    ("piece", "text"),
    [
        ("Hold the **round button**.", "Hold the round button."),
        ("See [Returns](https://x.example/r).", "See Returns (https://x.example/r)."),
        ("Use `reset`, *not* __off__.", "Use reset, not off."),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_plain_text_for_the_customer(piece: str, text: str) -> None:
    assert plain(piece) == text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_every_piece_stands_verbatim_in_its_text(text: str) -> None:
    for piece in pieces(text):
        assert normalised(piece) in normalised(text)
