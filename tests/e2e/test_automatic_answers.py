"""Questions that an article answers, from the public form to the reply on the public page."""

import re

import pytest

from local.settings import ROOT
from tests.e2e.helpdesk import Helpdesk
from tests.e2e.system import System, decided, outline, rules_of, turn_of

KNOWLEDGE = ROOT / "local" / "knowledge"
QUESTION = (
    "Which battery does the Sprig take?",
    "Standing in the supermarket. Which battery does the Sprig take, is a rechargeable one fine?",
)


def words(text: str) -> str:
    """The words alone: marks, spaces and Markdown are not what a quote is about."""
    return " ".join(re.findall(r"\w+", text))


@pytest.fixture(scope="module")
def answered(system: System):  # type: ignore[no-untyped-def]
    """A question that the machine answered, with what the ledger holds of it."""
    ticket = system.helpdesk.ask(*QUESTION)
    return ticket, system.end(ticket)


def test_the_customer_sees_the_reply_and_the_ticket_is_resolved(helpdesk: Helpdesk, answered):  # type: ignore[no-untyped-def]
    ticket, history = answered
    page = helpdesk.public_page(ticket)
    assert page.status == "Resolved", outline(history)
    assert len(page.answers) == 1
    assert "CR2450" in page.answers[0].text
    assert "Deskloop hands" not in " ".join(message.text for message in page.messages)


def test_the_reply_rests_on_quotes_that_stand_in_a_help_article(  # type: ignore[no-untyped-def]
    helpdesk: Helpdesk, answered
):
    ticket, history = answered
    citations = decided(history)["draft"]["citations"]
    (reply,) = helpdesk.replies(ticket)
    assert citations
    for citation in citations:
        article = KNOWLEDGE / f"{citation['source_id'].split('#')[0]}.md"
        assert words(citation["quote"]) in words(article.read_text(encoding="utf-8"))
        assert words(citation["quote"]) in words(reply)


def test_the_ledger_tells_what_happened_in_order(answered):  # type: ignore[no-untyped-def]
    ticket, history = answered
    turn = turn_of(history)
    assert (turn["route"], turn["ended_by"], turn["attempt"]) == ("auto_sent", "workflow", 1)
    kinds = [event["kind"] for event in history["events"]]
    assert kinds == ["decided", "posted"], outline(history)
    claims = [(claim["key"], claim["confirmed"]) for claim in history["claims"]]
    assert claims == [(f"{ticket.ledger_id}/turn-1/reply", True)]
    assert turn["execution_id"] == history["events"][0]["execution_id"]


def test_a_customer_who_writes_back_gets_a_human(system: System, helpdesk: Helpdesk, answered):  # type: ignore[no-untyped-def]
    ticket, _ = answered
    helpdesk.write_again(ticket, "Thank you, but it does not fit. What else could I try?")
    history = system.end(ticket, turn=2)
    assert turn_of(history, 2)["route"] == "human"
    assert "reply_to_automatic" in rules_of(history, 2)
    assert len(helpdesk.replies(ticket)) == 1, "the machine answered a second time"
    assert helpdesk.ticket(ticket)["open"], "the customer's question is open again"
    assert helpdesk.notes(ticket), "the agent finds a note"


def test_a_german_question_gets_german_words_or_a_human(system: System, helpdesk: Helpdesk) -> None:
    ticket = helpdesk.ask(
        "Lieferung nach Österreich",
        "Guten Tag, wie lange dauert die Lieferung nach Österreich und was kostet der Versand?",
    )
    history = system.end(ticket)
    if turn_of(history)["route"] != "auto_sent":
        assert not helpdesk.replies(ticket)
        assert helpdesk.notes(ticket)
        return
    draft = decided(history)["draft"]
    assert draft["language"].startswith("de")
    assert {citation["source_id"].split("#")[0] for citation in draft["citations"]} <= {
        "versand-und-ruecksendung",
        "koppeln-und-abo",
    }
    assert "Werktage" in helpdesk.public_page(ticket).answers[0].text
