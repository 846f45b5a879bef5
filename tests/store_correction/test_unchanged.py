"""A reply that says the same is approved, however it is laid out; one word more is an edit."""

import time

import pytest

from services.store_correction.unchanged import reads_the_same, words

DRAFT = """Hello Ana,

refunds take **5 working days**. See [our page](https://larkspur.example/refunds).

- Open the app
- Tap *Orders*

Larkspur"""


@pytest.mark.parametrize(
    "sent",
    [
        DRAFT,
        DRAFT.replace("\n", "\r\n") + "\r\n\r\n",
        "Refunds take 5 working days.  See our page: https://larkspur.example/refunds\n"
        "Open the app\nTap Orders",
        DRAFT.replace("Hello Ana,", "Hi Ana!"),
        DRAFT.replace("Hello Ana,\n\n", "Dear Ms Müller, "),
        DRAFT.replace("Larkspur", "Best regards,\nMaya\nLarkspur support team"),
        DRAFT.replace("Larkspur", "Kind regards, Maya"),
        DRAFT.replace("Larkspur", "Kind regards,\nYour Larkspur team\n\nKind regards,\nMaya"),
        DRAFT.replace("Larkspur", "Thanks!\n\nMaya O’Neill"),
        DRAFT.replace("\n\nLarkspur", "\n-- \nMaya | Larkspur\n+43 1 2345678"),
        DRAFT.replace("\n\nLarkspur", ""),
        DRAFT.replace("- ", "* ").replace("**", "__"),
        "<p>Hello Ana,</p><p>refunds take <b>5&nbsp;working days</b>. See "
        "our page https://larkspur.example/refunds.</p>"
        "<ul><li>Open the app</li><li>Tap <i>Orders</i></li></ul>",
    ],
    ids=[
        "equal",
        "white space",
        "plain",
        "greeting",
        "greeting in the line",
        "signature",
        "closing in one line",
        "two signatures",
        "thanks",
        "signature block",
        "unsigned",
        "markdown",
        "html",
    ],
)
def test_the_same_in_other_clothes(sent: str) -> None:
    assert reads_the_same(DRAFT, sent), (words(DRAFT), words(sent))


@pytest.mark.parametrize(
    "sent",
    [
        DRAFT.replace("5", "10"),
        DRAFT.replace("take", "do not take"),
        DRAFT.replace("larkspur.example", "larkspur.test"),
        DRAFT.replace("- Tap *Orders*\n", ""),
        DRAFT.replace("Larkspur", "Best regards,\nMaya\nPS: we refund the postage, too"),
        DRAFT.replace("Larkspur", "We refund the postage, too"),
        DRAFT.replace("Larkspur", "Best regards,\nWe refund 20 euros"),
        DRAFT.replace("Larkspur", "No Refunds"),
        DRAFT.replace("\n\nLarkspur", "\n- Tap Refund"),
        DRAFT.replace("\n\nLarkspur", "\n--\nWe refund 20 euros."),
        DRAFT.replace("Hello Ana,", "Hello Ana, sorry for the delay."),
        DRAFT.replace("Hello Ana,", "Hi we cannot help,"),
        "",
        "Hello Ana,",
    ],
)
def test_one_word_more_or_less_is_an_edit(sent: str) -> None:
    assert not reads_the_same(DRAFT, sent), words(sent)


@pytest.mark.parametrize(
    ("draft", "sent"),
    [
        ("It costs 1.5 euros.", "It costs 15 euros."),
        ("It costs €5.", "It costs $5."),
        ("It is open from 9:00 on.", "It is open from 9:30 on."),
        ("Keep it at < 5°.", "Keep it at > 5°."),
        ("Write to a@larkspur.example.", "Write to b@larkspur.example."),
        ("", ""),
    ],
)
def test_numbers_signs_and_addresses_count(draft: str, sent: str) -> None:
    assert not reads_the_same(draft, sent)


def test_a_greeting_alone_says_nothing() -> None:
    assert words("Hello Ana,\n\nBest regards,\nMaya") == []
    assert not reads_the_same("Hello Ana,", "Hi Ben,")


def test_a_text_of_nothing_but_signature_marks_is_read_at_once() -> None:
    """Each one asked whether all that follows is a signature: minutes, with the process blocked."""
    rules = "--\n" * 50_000
    began = time.perf_counter()
    assert not reads_the_same(rules, rules + "Maya")
    assert time.perf_counter() - began < 5
