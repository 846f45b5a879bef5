"""What a question asks for is told, and whether a text has it."""

import pytest

from services.common.questions import missing, own_case

TIME, COST, CLOCK = "a length of time", "what it costs", "a time of day"


@pytest.mark.parametrize(
    ("question", "without", "with_it", "name"),
    [
        ("How many years is it covered?", "You get 20% off.", "It is covered for two years.", TIME),
        ("Wie viele Tage habe ich?", "Sie haben Zeit.", "Sie haben 30 Tage.", TIME),
        ("Combien de jours ai-je ?", "Vous avez le temps.", "Vous avez 30 jours.", TIME),
        ("¿Cuántos días tengo?", "Tiene tiempo.", "Tiene 30 días.", TIME),
        ("Quantos dias tenho?", "Tem tempo.", "Tem 30 dias.", TIME),
        ("何日以内ですか。", "お早めに。", "30日以内です。", TIME),
        ("며칠 안에 해야 하나요?", "빨리 하세요.", "30일 안에 하세요.", TIME),
        ("How many working days?", "It comes soon.", "It takes 3 to 5 working days.", TIME),
        ("How much does it cost?", "It is on the page.", "It costs €12.", COST),
        ("Was kostet das?", "Das steht da.", "Das ist kostenlos.", COST),
        ("At what times are you there?", "Write to us.", "Between 9:00 and 17:00.", CLOCK),
        ("I ordered as a guest.", "See your account.", "As a guest, use the link.", "as a guest"),
        (
            "I pay through the App Store.",
            "Choose Cancel.",
            "Cancel it in the App Store.",
            "through an app store",
        ),
    ],
)
def test_a_text_that_does_not_say_it_is_told_from_one_that_does(
    question: str, without: str, with_it: str, name: str
) -> None:
    assert missing(question, without, strict=True) == [name]
    assert missing(question, with_it, strict=True) == []


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("How many days do I have?", ["Thirty days.", "You have fourteen days.", "A fortnight."]),
        ("How many hours does it take?", ["It takes 24h.", "About 36 hrs."]),
        ("Wie viele Tage habe ich?", ["Vierzehn Tage.", "Es gilt ein 14-tägiges Recht."]),
        ("Wie viele Stunden?", ["Nach vierundzwanzig Stunden."]),
        ("Combien de jours ai-je ?", ["Quinze jours."]),
        ("¿Cuántos días tengo?", ["Tiene treinta días."]),
        ("Quantos dias tenho?", ["Tem trinta dias."]),
        ("何日かかりますか。", ["三日かかります。"]),
        ("며칠 걸리나요?", ["이틀 걸립니다."]),
        ("What does it cost?", ["EUR 4.90.", "It is 4,90 CHF.", "10 USD a month.", "At no cost."]),
        ("Was kostet der Versand?", ["Er kostet 4,90 EUR.", "Er ist versandkostenfrei."]),
        ("Quanto custa?", ["É grátis."]),
        ("What are your opening hours?", ["9 a.m. to 5 p.m."]),
    ],
)
def test_answers_are_written_in_many_ways(question: str, answers: list[str]) -> None:
    assert [answer for answer in answers if missing(question, answer, strict=True)] == []
    assert missing(question, "Write to us, 3 people are there.", strict=True)


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset my hub?",
        "How many sensors can I pair?",
        "It has been broken for three days.",
        "Can I pay with a gift card?",
        "How long is the cable?",
    ],
)
def test_other_questions_demand_nothing(question: str) -> None:
    assert missing(question, "Press the button.", strict=True) == []
    assert own_case(question) == []


def test_a_place_is_preferred_but_not_demanded() -> None:
    question = "Where can I change my name?"
    assert missing(question, "Write to us.") == ["where it is"]
    assert missing(question, "Write to us.", strict=True) == []
    assert missing(question, "Open Profile > Account.") == []
