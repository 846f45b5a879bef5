"""Personal data is found, replaced, and comes back unchanged."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.common.redaction import find_personal_data, redact, restore

FOUND = [
    ("Write to anna.kowalska@example.org please", "EMAIL", "anna.kowalska@example.org"),
    ("My card is 4111 1111 1111 1111, thanks", "CARD", "4111 1111 1111 1111"),
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN", "DE89 3704 0044 0532 0130 00"),
    ("My SSN is 536-22-8726", "SSN", "536-22-8726"),
    ("from 203.0.113.77 at noon", "IP", "203.0.113.77"),
    ("call me on +49 30 901820", "PHONE", "+49 30 901820"),
    ("call me on (415) 555-2671", "PHONE", "(415) 555-2671"),
    ("key sk-ant-api03-abcdefghijklmnop1234", "SECRET", "sk-ant-api03-abcdefghijklmnop1234"),
]


@pytest.mark.parametrize(("text", "kind", "value"), FOUND)
def test_each_type_is_found(text: str, kind: str, value: str) -> None:
    found = {(item.type, text[item.start : item.end]) for item in find_personal_data(text)}
    assert (kind, value) in found


@pytest.mark.parametrize(
    "text",
    [
        "Order 4815162342 has not arrived",
        "You charged me $49.90 twice on 2026-11-03",
        "Error E1043 on firmware 2.4.1",
        "Invoice INV-2026-00917 over 1.299,00 EUR",
        "It has been blinking for 14 days",
        "https://help.larkspur.example/articles/reset",
    ],
)
def test_orders_and_amounts_survive(text: str) -> None:
    assert redact(text).text == text


def test_the_requesters_own_name_and_repeated_values() -> None:
    text = "I am Ana Lima (ana@x.org). Reply to ana@x.org or bob@x.org. Ana Lima"
    redacted = redact(text, known=["Ana Lima"])
    assert redacted.text == ("I am <NAME_1> (<EMAIL_1>). Reply to <EMAIL_1> or <EMAIL_2>. <NAME_1>")
    assert "Ana" not in repr(redacted)
    assert restore(redacted.text, redacted.mapping) == text


def test_an_unknown_placeholder_stays() -> None:
    assert restore("Dear <NAME_7>", {"<NAME_1>": "Ana"}) == "Dear <NAME_7>"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*(text for text, _, _ in FOUND), "<EMAIL_1> <PHONE_1>"])
        | st.text(max_size=40),
        max_size=5,
    )
)
def test_what_was_replaced_comes_back(parts: list[str]) -> None:
    text = "\n".join(parts)
    redacted = redact(text)
    assert restore(redacted.text, redacted.mapping) == text
