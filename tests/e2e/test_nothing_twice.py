"""One end for each ticket, whatever arrives twice, late, or not at all."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.helpdesk import Helpdesk
from tests.e2e.system import System, outline, turn_of

pytestmark = pytest.mark.faults

WEBHOOK = "django-helpdesk/ticket"
QUESTION = ("Export", "I am on Plus. How do I export the readings of a plant as a CSV file?")


def test_the_same_webhook_five_times_at_once_gives_one_reply(
    system: System, helpdesk: Helpdesk
) -> None:
    ticket = helpdesk.ask(*QUESTION)
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda _: system.deliver(ticket), range(5)))
    assert statuses == [200] * 5
    history = system.end(ticket)
    assert len(history["turns"]) == 1, outline(history)
    assert len(helpdesk.replies(ticket)) + len(helpdesk.notes(ticket)) == 1
    assert turn_of(history)["route"] == "auto_sent"


def test_an_agent_who_was_faster_wins(system: System, helpdesk: Helpdesk) -> None:
    with system.processes.frozen("draft"):
        ticket = helpdesk.ask(*QUESTION)
        system.taken_up(ticket)
        helpdesk.answer_as_agent(ticket, "Hi, I have sent you the file myself.", solve=True)
    history = system.end(ticket)
    assert turn_of(history)["route"] == "human", outline(history)
    assert not helpdesk.replies(ticket)
    (answer,) = helpdesk.public_page(ticket).answers
    assert "sent you the file myself" in answer.text


def test_a_ticket_whose_webhook_never_came_is_found(system: System, helpdesk: Helpdesk) -> None:
    with system.n8n() as n8n:
        n8n.api("POST", "/workflows/receive-django-helpdesk-ticket/deactivate")
        try:
            system.wait_for("n8n to be deaf", lambda: not n8n.webhook_exists(WEBHOOK))
            ticket = helpdesk.ask(*QUESTION)
            given_up = f"webhook for ticket {ticket.id} not delivered"
            log = system.processes.log_tail
            system.wait_for(
                "the helpdesk to give up", lambda: given_up in log("helpdesk", 50), ticket=ticket
            )
        finally:
            n8n.api("POST", "/workflows/receive-django-helpdesk-ticket/activate")
            system.wait_for("n8n to hear again", lambda: n8n.webhook_exists(WEBHOOK))
    system.reconcile()
    history = system.end(ticket)
    assert turn_of(history)["route"] == "auto_sent", outline(history)
    assert len(helpdesk.replies(ticket)) == 1
