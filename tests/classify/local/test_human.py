"""Requests for a human by their wording."""

import pytest

from services.classify.local.human import human_request


@pytest.mark.parametrize(
    "text",
    [
        "I want to talk to a real person.",
        "please connect me with an agent",
        "Let me speak to your manager",
        "No bots please, a human should read this",
        "Could someone please call me?",
        "I need a human",
        "I'd like to speak with someone about this",
        "escalate this to a supervisor",
        "Ich möchte mit einem Mitarbeiter sprechen",
        "Bitte verbinden Sie mich",
        "Je veux parler à un conseiller",
        "Quiero hablar con una persona",
        "Quero falar com um atendente",
        "Vorrei parlare con un operatore",
        "I want to\nspeak\nto an agent",
    ],
)
def test_asked(text: str) -> None:
    assert human_request(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Are you a bot or a human?",
        "The delivery agent left the parcel with a neighbour.",
        "I'd like to add a second person to my account.",
        "What is your phone number?",
        "I spoke with your colleague yesterday and it works now.",
        "Does the app call the API every minute?",
        "Someone stole my parcel",
        "Wie sind Ihre Öffnungszeiten?",
        "The manager app crashes",
    ],
)
def test_not_asked(text: str) -> None:
    assert human_request(text) is None
