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
    ("it was key AKIAIOSFODNN7EXAMPLE", "SECRET", "AKIAIOSFODNN7EXAMPLE"),
    ("password: hunter2", "SECRET", "hunter2"),
    ("my API key is abc123def456", "SECRET", "abc123def456"),
    ("open https://x.example/r?token=abc123", "URL", "https://x.example/r?token=abc123"),
    ("db postgres://u:pa55@h.example/x", "URL", "postgres://u:pa55@h.example/x"),
    ("card number 2395286334599325", "CARD", "2395286334599325"),
    ("my iban is gb42nawi04454264788619", "IBAN", "gb42nawi04454264788619"),
    ("social security number 536228726", "SSN", "536228726"),
    ("at 4f8a:c99e:dc86:faf9:5988:5f63:375e:8a2a", "IP", "4f8a:c99e:dc86:faf9:5988:5f63:375e:8a2a"),
    ("the hub 3C:22:FB:9A:10:7E", "MAC", "3C:22:FB:9A:10:7E"),
    ("ana.lima(at)example(dot)org", "EMAIL", "ana.lima(at)example(dot)org"),
    ("Phone:\n358 0594", "PHONE", "358 0594"),
    ("office 0431 35 06 90-Office\\,+1-448-414-3381x060-Fax", "PHONE", "+1-448-414-3381x060"),
    ("Ruf mich an: 0171 2345678", "PHONE", "0171 2345678"),
    ("my DNI is 12345678Z", "ID", "12345678Z"),
    ("My driver's license number is M943688896309", "ID", "M943688896309"),
    ("NHS number 943 476 5919", "ID", "943 476 5919"),
    ("my name is anna schmidt, hello", "NAME", "anna schmidt"),
    ("I am Peter and it is broken", "NAME", "Peter"),
    ("This is Maria from Berlin", "NAME", "Maria"),
    ("Best regards,\nAnna Schmidt", "NAME", "Anna Schmidt"),
    ("Mit freundlichen Grüßen\n\nJürgen von Ahn", "NAME", "Jürgen von Ahn"),
    ("It works. Thanks, Tom", "NAME", "Tom"),
    ("Hi Sarah, it is broken", "NAME", "Sarah"),
    ("agent: Dear Mr. Ehrlich,", "NAME", "Ehrlich"),
    ("Lina Artemova\n12 High Street", "NAME", "Lina Artemova"),
    ("at 221B Baker Street, London", "ADDRESS", "221B Baker Street"),
    ("in der Goethestr. 5, 80336 München.", "ADDRESS", "Goethestr. 5, 80336 München"),
    ("es Calle de Alcalá 123, 28009 Madrid", "ADDRESS", "Calle de Alcalá 123, 28009 Madrid"),
    ("12 rue de la Paix, 75002 Paris", "ADDRESS", "12 rue de la Paix, 75002 Paris"),
    ("My zip code is 35350", "ADDRESS", "35350"),
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
        "https://shop.example/orders/4815162342?utm_source=mail&id=5",
        "tracking number 9400 1112 0255 5512 3456 78 says delivered",
        "Where is 4815162342? Tracking 1Z999AA10123456784, article 123456789012",
        "The reference is 555-123-4567, my order 4111111111111111",
        "after the update to 10.2.0.14 the hub is offline, on 3 May 2026 at 14:30:15",
        "Dear Customer Support, I am Very angry. This is Unacceptable.",
        "Sehr geehrter Kundensupport, danke im Voraus!\n\nCordialement,\nLarkspur Support",
        "My password is wrong, my name is not shown, the code is LARK20",
        "I moved to Plus 2 last week, send to 3 Friends and get 20 EUR",
        "Photoshop 2024 via my account, place order 5 way too late",
        "Speicherbedarf 2.000 EUR, During 1971 nothing, 1. Unplug it. 2. Wait 12 seconds.",
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


def test_parts_of_a_known_name_are_replaced_elsewhere() -> None:
    text = redact(
        "Ana wrote. LIMA too. Will Young hopes you will.", ["Ana Lima", "Will Young"]
    ).text
    assert text == "<NAME_1> wrote. <NAME_2> too. <NAME_3> hopes you will."


def test_a_known_address_is_replaced_in_any_case() -> None:
    assert redact("Mail ANA@x.org", ["ana@x.org"]).text == "Mail <EMAIL_1>"


def test_an_installed_spacy_model_adds_names(monkeypatch: pytest.MonkeyPatch) -> None:
    import spacy

    model = spacy.blank("en")
    ruler = model.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Kuba Nowak"}])  # type: ignore[attr-defined]
    monkeypatch.setattr("services.common.redaction.recognizers._spacy_model", lambda: model)
    assert redact("please ask Kuba Nowak again").text == "please ask <NAME_1> again"


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
