"""Whatever the text: nothing is lost on the way there and back, and nothing crashes."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.redaction import find_personal_data, redact, redact_together, restore

VALUES = st.sampled_from(
    [
        "ada.byron@example.org",
        "+34 612 345 678",
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "203.0.113.77",
        "https://shop.example.com/reset?token=Zx81kQpLm22",
        "My name is Ada Byron.",
        "my password: Tulip!7482",
        "48 Rosewood Avenue",
        "<EMAIL_1>",
        "<NAME_99>",
    ]
)
WORDS = st.text(max_size=40)
TEXTS = st.lists(st.one_of(VALUES, WORDS), max_size=8).map(" ".join)
NAMES = st.lists(st.text(max_size=20), max_size=3)


@given(TEXTS, NAMES)
@settings(deadline=None, max_examples=150)
def test_what_was_replaced_comes_back(text: str, known: list[str]) -> None:
    hidden = redact(text, known)
    assert restore(hidden.text, hidden.mapping) == text
    assert not set(hidden.mapping) & set(hidden.mapping.values())


@given(TEXTS, TEXTS, NAMES)
@settings(deadline=None, max_examples=100)
def test_so_it_does_after_another_text(one: str, other: str, known: list[str]) -> None:
    before = redact(one)
    hidden = redact(other, known, before=before)
    assert restore(hidden.text, hidden.mapping) == other
    assert before.mapping.items() <= hidden.mapping.items()


@given(TEXTS)
@settings(deadline=None, max_examples=100)
def test_findings_are_apart_and_in_order(text: str) -> None:
    end = 0
    for item in find_personal_data(text):
        assert end <= item.start < item.end <= len(text)
        end = item.end


@given(st.text(max_size=20), VALUES.filter(lambda v: "@" in v or v[0] in "+4D2"))
@settings(deadline=None, max_examples=100)
def test_a_value_between_other_words_does_not_get_through(around: str, value: str) -> None:
    [hidden] = redact_together([f"{around}\n{value}\n{around}"])
    assert value not in hidden


def test_an_international_number_is_nobodys_order_number() -> None:
    assert "612" not in redact("#\n+34 612 345 678\n#").text


@given(TEXTS)
@settings(deadline=None, max_examples=100)
def test_it_survives_a_json_answer(text: str) -> None:
    hidden = redact(text)
    answer = json.loads(json.dumps({"reply": hidden.text}))
    assert restore(answer["reply"], hidden.mapping) == text
