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


ARTICLE = "Our shop in Graz repairs a cracked Sprig casing within 9 days, free of charge."
CASING = "The casing of my Sprig is cracked. Does your shop in Graz repair a cracked casing?"


def test_a_draft_sent_unchanged_is_approved_until_its_article_changes(
    system: System, helpdesk: Helpdesk
) -> None:
    _publish(system, ARTICLE)
    with system.policies(send_threshold=1.0, review_threshold=0.1, cold_start_threshold=1.0):
        ticket = helpdesk.ask("Cracked casing", CASING)
        draft = decided(system.end(ticket))["draft"]
    assert "within 9 days" in draft["reply"]
    said = draft["reply"].replace("\n\n", "\n")
    helpdesk.answer_as_agent(ticket, f"{said}\n\nKind regards,\nMaya", solve=False)
    helpdesk.answer_as_agent(ticket, "", solve=True)
    correction = system.wait_for("the correction", lambda: _stored(system, ticket), ticket=ticket)
    assert (correction["verdict"], correction["quality"]) == ("approved", [])
    assert "casing" in {source["document_id"] for source in correction["sources"]}

    _publish(system, ARTICLE.replace("9 days", "3 weeks"))
    stale = _stored(system, ticket)
    assert stale is not None
    assert stale["quality"] == ["stale"]
    again = decided(system.end(helpdesk.ask("Cracked casing", CASING)))
    assert correction["id"] not in {each["id"] for each in again["evidence"]["corrections"]}
    assert "9 days" not in again["draft"]["reply"]


def _publish(system: System, text: str) -> None:
    body = {"title": "Cracked casing", "text": text}
    system.call("retrieve", "PUT", "/documents/casing", json=body)


def _stored(system: System, ticket: CustomerTicket) -> Json | None:
    query = {"ticket_id": ticket.ledger_id}
    found = system.call("store_correction", "GET", "/corrections", params=query)["corrections"]
    return dict(found[0]) if found else None
