"""The language a customer writes in, and the few names under which it is counted."""

from pathlib import Path

import pytest
import yaml

from services.common.languages import SUPPORTED, certain_language, counted_as, detect_language

MESSAGES = yaml.safe_load(Path(__file__).with_name("languages.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("language", "message"), [(tag, text) for tag, texts in MESSAGES.items() for text in texts]
)
def test_a_message_of_more_than_a_few_words_is_told(language: str, message: str) -> None:
    assert detect_language(message).tag == language


@pytest.mark.parametrize(
    ("language", "message"), [(tag, text) for tag, texts in MESSAGES.items() for text in texts]
)
def test_the_small_detector_is_never_certain_of_another(language: str, message: str) -> None:
    assert certain_language(message) in {language, None}


def test_the_small_detector_knows_most() -> None:
    texts = [text for texts in MESSAGES.values() for text in texts]
    assert sum(certain_language(text) is not None for text in texts) >= 0.85 * len(texts)


@pytest.mark.parametrize("text", ["Hub", "OK danke", "LS-10423", "", "安心"])
def test_few_words_are_never_certain(text: str) -> None:
    assert certain_language(text) is None


def test_what_holds_no_word_is_of_no_language() -> None:
    assert detect_language("12345 ??? 😀").tag == "und"


def test_a_message_of_a_quote_alone_is_read_all_the_same() -> None:
    assert detect_language('"Wo finde ich meine Rechnung vom letzten Monat?"').tag == "de"


@pytest.mark.parametrize(
    ("tag", "counted"),
    [("de-AT", "de"), ("PT_br", "pt"), ("ko", "ko"), ("fi", "other"), ("", "und"), (None, "und")],
)
def test_languages_are_counted_under_few_names(tag: str | None, counted: str) -> None:
    assert counted_as(tag) == counted
    assert counted in {*SUPPORTED, "other", "und"}
