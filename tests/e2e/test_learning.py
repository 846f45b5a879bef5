"""What an agent answers in the helpdesk is evidence for the next similar ticket."""

from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import Json, System, decided

SUBJECT = "Growing mushrooms with the Sprig"
BODY = "I would like to grow oyster mushrooms. Does the Sprig measure the substrate of mushrooms?"
AGAIN = "I'd like to grow oyster mushrooms, does the Sprig also measure a mushroom substrate?"
ANSWER = (
    "Hello, the Sprig is made for soil. In a mushroom substrate its readings are too high, so"
    " please do not rely on them; a scale tells you more about the moisture of the block."
)


def test_the_agents_own_answer_is_kept_and_found_again(system: System, helpdesk: Helpdesk) -> None:
    with system.policies(always_human=True):
        first = helpdesk.ask(SUBJECT, BODY)
        system.end(first)
    helpdesk.answer_as_agent(first, ANSWER, solve=True)
    correction = system.wait_for("the correction", lambda: _stored(system, first), ticket=first)
    assert correction["human_resolution"] == ANSWER
    assert correction["agent_id"] == "maya"
    assert BODY in correction["ticket_text"]

    second = helpdesk.ask(SUBJECT, AGAIN)
    decision = decided(system.end(second))
    assert correction["id"] in {found["id"] for found in decision["evidence"]["corrections"]}
    assert "a scale tells you more" in decision["draft"]["reply"]
    assert len(helpdesk.public_page(first).answers) == 1, "only the agent answered the first one"


def _stored(system: System, ticket: CustomerTicket) -> Json | None:
    query = {"ticket_id": ticket.ledger_id}
    found = system.call("store_correction", "GET", "/corrections", params=query)["corrections"]
    return dict(found[0]) if found else None
