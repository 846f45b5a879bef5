"""A part is away or dies: no ticket is lost, none is answered twice."""

import pytest

from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.processes import LEASE_SECONDS
from tests.e2e.system import System, outline, rules_of, turn_of

pytestmark = pytest.mark.faults

QUESTION = ("Invite", "How do I invite my boyfriend to my plants? We have Larkspur Plus.")


def test_without_the_draft_service_a_human_gets_the_ticket(
    system: System, helpdesk: Helpdesk
) -> None:
    with system.processes.stopped("draft"):
        ticket = helpdesk.ask(*QUESTION)
        history = system.end(ticket)
    assert turn_of(history)["route"] == "human", outline(history)
    assert "step_failed" in rules_of(history)
    (note,) = helpdesk.notes(ticket)
    assert "Draft a reply" in note, "the note names the step that failed"
    assert "Help articles" in note, "what was found until then is not lost"
    assert helpdesk.ticket(ticket)["open"]


@pytest.mark.parametrize("killed", ["ledger", "n8n", "postgres"])
def test_killed_half_way_each_ticket_still_ends_once(
    system: System, helpdesk: Helpdesk, killed: str
) -> None:
    with system.processes.frozen("draft"):
        tickets = [helpdesk.ask(*QUESTION) for _ in range(3)]
        for ticket in tickets:
            system.taken_up(ticket)
        system.processes.kill(killed)
    for ticket in tickets:
        # the lease of a run that lost its ledger may have to end before the next one
        history = system.end(ticket, seconds=6 * LEASE_SECONDS)
        assert len(history["turns"]) == 1, outline(history)
        sent = turn_of(history)["route"] == "auto_sent"
        assert len(helpdesk.replies(ticket)) == sent, outline(history)
        assert helpdesk.ticket(ticket)["open"] is not sent
        if not sent:
            _an_agent_is_told(system, ticket)


def _an_agent_is_told(system: System, ticket: CustomerTicket) -> None:
    """At once, or by the reconciliation where the run could neither reply nor note."""
    if not system.helpdesk.notes(ticket):
        system.reconcile()
    system.wait_for("a note", lambda: system.helpdesk.notes(ticket), ticket=ticket)
