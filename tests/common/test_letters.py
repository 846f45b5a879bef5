"""One customer's greeting and one agent's signature must not reach the next customer."""

import pytest

from services.common.letters import body_of

BODY = "You can set the quiet hours under Profile > Notifications.\n\nThank you for asking first."


@pytest.mark.parametrize(
    "letter",
    [
        BODY,
        f"Hello,\n\n{BODY}\n\nKind regards,\nYour Larkspur team",
        f"Hello Dr. Brandt,\n{BODY}\nBest,\nMaya",
        f"Hi Joao,\n{BODY}\nCheers\nMaya",
        f"Dear Mrs O'Neil,\n\n{BODY}\n\nBest wishes,\nMaya Lindqvist\nLarkspur Support",
        f"Hello Joao! {BODY}\n\nThanks,\nMaya",
        f"Good morning Dr Brandt,\n{BODY}\n\nWith kind regards\nJonas",
        f"Sehr geehrte Frau Weber,\n{BODY}\n\nMit freundlichen Grüßen\nJonas Weber",
        f"Hallo Resi,\n{BODY}\nViele Grüße, \nJonas",
        f"Bonjour Madame Petit,\n{BODY}\n\nCordialement,\nMaya",
        f"Hola Ana:\n{BODY}\n\nUn saludo,\nMaya",
        f"Olá João,\n{BODY}\n\nAtenciosamente,\nMaya",
    ],
)
def test_only_the_body_is_left_word_for_word(letter: str) -> None:
    assert body_of(letter) == BODY


@pytest.mark.parametrize(
    "text",
    [
        "Hitting the button three times resets the Hub.",
        "Hide the plant in the app: open it and choose Archive.",
        "Best is a spot without direct sun. Put the Sprig there.",
        "Thank you! The parcel is on its way.",
        "Hi there is no word for it, but you may call it moss.",
        "Dearer parcels are insured.",
    ],
)
def test_a_letter_without_either_stays_as_it_is(text: str) -> None:
    assert body_of(text) == text


def test_words_after_something_like_a_sign_off_are_kept_where_they_are_many() -> None:
    letter = "Please try this.\nThanks\n" + "Then press the button for five seconds. " * 8
    assert body_of(letter) == letter.strip()


def test_a_letter_of_a_greeting_only_is_empty() -> None:
    assert body_of("Hello Joao,\n\nKind regards,\nMaya") == ""
