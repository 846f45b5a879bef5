"""Frustrated customers are seen in every language, and calm questions are left to the machine."""

import pytest

from evals.intents import TAXONOMY
from evals.moods import LETTERS_EACH, angry_words, measure_letters, measure_moods
from evals.sets import Labelled
from services.classify.local import LocalClassifier
from services.classify.taxonomy import load_taxonomy
from services.common.embeddings.local import LocalEmbedder


@pytest.fixture(scope="module")
def classifier() -> LocalClassifier:
    return LocalClassifier(LocalEmbedder(), load_taxonomy(TAXONOMY))


async def test_anger_is_seen_and_calm_left_alone(classifier: LocalClassifier) -> None:
    found = await measure_moods(classifier)
    assert found["rows"] == 336
    assert found["seen_developed"]["value"] >= 0.9
    assert found["seen"]["value"] >= 0.9
    for part in ("calm_left_alone_developed", "calm_left_alone", "calm_left_alone_fresh"):
        assert found[part]["value"] >= 0.97, part


async def test_a_courteous_letter_about_a_fault_is_no_anger(classifier: LocalClassifier) -> None:
    letters = [
        Labelled(
            "Dear support, our scanner has failed three times this week and still shows an error. "
            "Could you please tell us how to reset it? Kind regards",
            "en",
        ),
        Labelled(
            "Estimado equipo: nuestro escáner ha fallado tres veces esta semana y todavía muestra "
            "un error. ¿Podrían indicarnos cómo reiniciarlo? Un saludo",
            "es",
        ),
    ]
    found = await measure_letters(classifier, letters)
    assert found["rows"] == 2
    assert found["not_called_frustrated"]["value"] == 1
    angry = [Labelled("I am furious about this useless scanner!", "en")] * (LETTERS_EACH + 1)
    found = await measure_letters(classifier, angry)
    assert (found["rows"], found["not_called_frustrated_en"]["value"]) == (LETTERS_EACH, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Wie lange reicht eine Flasche?",
        "Un bouchon suffit pour un litre ?",
        "In general, en outre, the soil is sour.",
        "Which nobody told me: does the Hub need a cable?",
        "Comment est-ce que ça suffit pour dix plantes ?",
        "Was bedeutet saurer Boden für den Sensor?",
        "Meine Geduldsblume braucht Wasser.",
        "No estoy decepcionado, solo pregunto.",
    ],
)
def test_words_that_look_angry_and_are_not(text: str) -> None:
    assert not angry_words(text)


def test_angry_words_are_found() -> None:
    assert angry_words("Ich bin stinksauer.")
