"""The same question is recognised by its words."""

import pytest

from services.contracts import Ticket
from services.ledger.asks import asked, dictionary, same_ask
from tests.ledger.conftest import a_reply, a_ticket


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("refund order 4711", "refund order 4711", True),
        ("refund order 4711", "order 4711 refund still wait", True),
        ("refund order 4711", "refund order 4711 angri call bank lawyer week wait month", True),
        ("order 4711", "order 9921", False),
        ("order", "order 4711 refund wait", False),
        ("", "", False),
        ("hub blink", "", False),
    ],
)
def test_same_ask(one: str, other: str, same: bool) -> None:
    assert same_ask(one.split(), other.split()) is same
    assert same_ask(other.split(), one.split()) is same


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_quotes_signatures_and_courtesies_are_not_part_of_the_question(line_end: str) -> None:
    quote = "> where is my parcel\nOn 1 May Ann wrote:\n"
    body = f"Hello team,\nwhere is it?\n{quote}-- \nKim\nBest regards".replace("\n", line_end)
    text = asked(Ticket.model_validate(a_ticket(subject="Re: parcel", body=body)))
    assert text.split() == [":", "parcel", ",", "where", "is", "it?"]


def test_a_follow_up_is_not_the_same_question_because_of_its_subject() -> None:
    text = asked(Ticket.model_validate(a_reply()))
    assert text.split() == ["It", "still", "blinks."]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("de-AT", "german"), ("pt_BR", "portuguese"), (None, "english"), ("xx", "simple")],
)
def test_the_stemmer_follows_the_locale(locale: str | None, expected: str) -> None:
    assert dictionary(Ticket.model_validate(a_ticket(locale=locale))) == expected
