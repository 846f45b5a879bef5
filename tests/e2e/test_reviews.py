"""The middle band: a human decides on the draft, and the customer gets exactly what was decided."""

import pytest

from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import Json, System, outline, turn_of

MIDDLE_BAND = {"send_threshold": 1.0, "review_threshold": 0.1, "cold_start_threshold": 1.0}


@pytest.fixture
def in_review(system: System) -> tuple[CustomerTicket, Json]:
    """A ticket whose draft is good, but not good enough to be sent."""
    with system.policies(**MIDDLE_BAND):
        ticket = system.helpdesk.ask(
            "Quiet hours",
            "How do I change the quiet hours for notifications? I work nights.",
        )
        history = system.end(ticket)
    assert turn_of(history)["route"] == "review", outline(history)
    return ticket, history["reviews"][0]


def decide(system: System, review: Json, **body: str) -> Json:
    path = f"/reviews/{review['review_id']}/decision"
    return system.call("ledger", "POST", path, json={"agent_id": "maya", **body})


def applied(system: System, ticket: CustomerTicket) -> Json:
    """Wait until the review's decision is carried out."""

    def probe() -> Json | None:
        history = system.history(ticket)
        return history if history and history["reviews"][0]["applied_at"] else None

    return system.wait_for("the decision to be carried out", probe, ticket=ticket)


def test_the_agent_finds_the_draft_in_a_note_and_approval_sends_it_once(
    system: System, helpdesk: Helpdesk, in_review: tuple[CustomerTicket, Json]
) -> None:
    ticket, review = in_review
    (note,) = helpdesk.notes(ticket)
    assert "quiet hours" in note.lower()
    assert not helpdesk.replies(ticket)
    assert helpdesk.public_page(ticket).status == "Open"

    decide(system, review, decision="approve")
    applied(system, ticket)
    with pytest.raises(AssertionError, match=r"409.*already_decided"):
        decide(system, review, decision="approve")
    assert helpdesk.replies(ticket) == [review["draft"]["reply"]]
    assert helpdesk.public_page(ticket).status == "Resolved"


def test_an_edited_reply_is_what_the_customer_gets_and_what_is_learned(
    system: System, helpdesk: Helpdesk, in_review: tuple[CustomerTicket, Json]
) -> None:
    ticket, review = in_review
    reply = (
        "Hello, you can set the quiet hours in the app under Profile > Notifications > Quiet hours."
    )
    decide(system, review, decision="edit", reply=reply)
    applied(system, ticket)
    assert helpdesk.replies(ticket) == [reply]

    def stored() -> list[Json]:
        query = {"ticket_id": ticket.ledger_id}
        found = system.call("store_correction", "GET", "/corrections", params=query)
        return list(found["corrections"])

    (correction,) = system.wait_for("the correction", stored, ticket=ticket)
    assert (correction["human_resolution"], correction["verdict"]) == (reply, "edited")
    assert correction["ai_draft"] == review["draft"]["reply"]


def test_a_rejected_draft_is_never_sent(
    system: System, helpdesk: Helpdesk, in_review: tuple[CustomerTicket, Json]
) -> None:
    ticket, review = in_review
    decide(system, review, decision="reject")
    applied(system, ticket)
    assert not helpdesk.replies(ticket)
    assert helpdesk.ticket(ticket)["open"]
    assert len(helpdesk.notes(ticket)) == 2, "the draft, and that it was rejected"

    def kept() -> list[Json]:
        query = {"ticket_id": ticket.ledger_id}
        return list(
            system.call("store_correction", "GET", "/corrections", params=query)["corrections"]
        )

    (correction,) = system.wait_for("the rejection", kept, ticket=ticket)
    assert (correction["verdict"], correction["human_resolution"]) == ("rejected", "")
    assert correction["ai_draft"] == review["draft"]["reply"]
