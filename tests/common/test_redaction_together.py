"""Texts that belong together: what one tells to be private is private in the others."""

from services.common.redaction import redact, redact_together, restore


def test_a_sentence_alone_does_not_give_a_name_away() -> None:
    letter = "Dear Tobias Ehrlich,\nTobias will get a call."
    alone, whole = redact_together(["Tobias will get a call.", letter])
    assert "Tobias" not in alone
    assert "Ehrlich" not in whole


def test_what_is_known_of_the_requester_is_hidden_everywhere() -> None:
    [text] = redact_together(["the plants of wanda are dry"], ["Wanda", "w@example.org"])
    assert "wanda" not in text


def test_a_password_said_again_without_its_word_is_hidden_too() -> None:
    hidden = redact("My password: Tulip!7482. I typed Tulip!7482 ten times.")
    assert "Tulip" not in hidden.text
    assert restore(hidden.text, hidden.mapping).count("Tulip!7482") == 2


def test_the_same_value_has_the_same_placeholder_in_prefix_and_ticket() -> None:
    prefix = redact("Escalations go to lead@example.org, see <EMAIL_7>.")
    ticket = redact(
        "I wrote to lead@example.org and to <EMAIL_1> and own@example.org", before=prefix
    )
    placeholder = next(iter(prefix.mapping))
    assert ticket.text.startswith(f"I wrote to {placeholder} ")
    assert ticket.mapping["<TEXT_1>"] == "<EMAIL_1>", "what a customer wrote is no placeholder"
    assert restore(ticket.text, ticket.mapping).endswith("own@example.org")


def test_an_address_tells_a_name_that_stands_elsewhere() -> None:
    hidden = redact("Ada wrote, and byron is a poet. Mail: ada.byron@example.org")
    assert hidden.text == "<NAME_1> wrote, and byron is a poet. Mail: <EMAIL_1>"
