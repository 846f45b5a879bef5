"""Given names are found wherever they stand; words that only look like them are left alone."""

import pytest

from services.common.redaction import find_personal_data, redact
from services.common.redaction.given_names import _given_names
from services.common.redaction.spans import Span, without_overlaps
from services.common.redaction.words import NO_NAME


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I chatted yesterday, Sandra Miller was kind.", "I chatted yesterday, <NAME_1> was kind."),
        ("The parcel went to Oliver instead.", "The parcel went to <NAME_1> instead."),
        ("Where is Oliver's order?", "Where is <NAME_1>'s order?"),
        ("Es war Jürgen von Ahn.", "Es war <NAME_1>."),
        ("Then Guadalupe Ortega paid.", "Then <NAME_1> paid."),
        ("Sandra, Oliver and Sandra", "<NAME_1>, <NAME_2> and <NAME_1>"),
    ],
)
def test_a_given_name_tells_a_person(text: str, left: str) -> None:
    assert redact(text).text == left


@pytest.mark.parametrize(
    "text",
    [
        "It broke in May. May I ask? In June and April, too.",
        "My Larkspur Sprig, the Hub and Refill. Rose, Basil, Iris, Holly, Jasmine, Ivy, Lily",
        "Grace period. Mark it as read. Will it work? Bill arrived. Hope so. Jack is loose. Frank.",
        "Made in Germany. Line 4 is red. Said so. Love it. Server down. Floor 3. Else nothing.",
        "From Paris, Sydney, Victoria, Austin, Orlando, Atlanta, Florence to San Francisco.",
        "On Chrome, Windows, Alexa, Siri, Jira and Ruby with Ada.",
        "Pero no funciona. Einer fehlt. Beste Antwort. Cara equipe. Salud.",
        "Order LK-20931 over $49.90 of 2026-11-03, invoice INV-2026-00917, error E1043",
    ],
)
def test_words_that_look_like_names_are_left_alone(text: str) -> None:
    assert redact(text).text == text


def test_the_list_holds_no_word_that_is_none_of_a_name() -> None:
    names = _given_names()
    assert len(names) > 10_000
    assert {name.lower() for name in names} & NO_NAME == set()
    assert min(map(len, names)) >= 4


def test_overlaps_are_settled_in_order() -> None:
    text = "0123456789 abcdefghij"
    spans = [Span("B", 2, 16, 0.5), Span("A", 4, 8, 0.9), Span("C", 8, 14, 0.7)]
    settled = without_overlaps(spans, text)
    assert [(s.type, s.start, s.end) for s in settled] == [
        ("B", 2, 4),
        ("A", 4, 8),
        ("C", 8, 14),
        ("B", 14, 16),
    ]


def test_a_name_said_again_inside_another_word_is_no_name() -> None:
    text = "I am Ana. Banana for Ana, not ana@x.org, x@Ana or Ana_1"
    found = [text[f.start : f.end] for f in find_personal_data(text)]
    assert found == ["Ana", "Ana", "ana@x.org"]
