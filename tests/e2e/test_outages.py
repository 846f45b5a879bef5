"""A part is away or dies: no ticket is lost, none is answered twice."""

from tests.e2e.helpdesk import Helpdesk
from tests.e2e.processes import LEASE_SECONDS
from tests.e2e.system import System, outline, rules_of, turn_of

QUESTION = ("Invite", "How do I invite my boyfriend to my plants? We have Larkspur Plus.")


def test_without_the_draft_service_a_human_gets_the_ticket(
    system: System, helpdesk: Helpdesk
) -> None:
    with system.processes.stopped("draft"):
        ticket = helpdesk.ask(*QUESTION, email="no-draft@example.org")
        history = system.end(ticket)
    assert turn_of(history)["route"] == "human", outline(history)
    assert "step_failed" in rules_of(history)
    (note,) = helpdesk.notes(ticket)
    assert "Draft a reply" in note, "the note names the step that failed"
    assert "Help articles" in note, "what was found until then is not lost"
    assert helpdesk.ticket(ticket)["open"]


def test_a_ledger_killed_half_way_ends_each_ticket_once(system: System, helpdesk: Helpdesk) -> None:
    processes = system.processes
    with processes.frozen("draft"):
        tickets = [helpdesk.ask(*QUESTION, email=f"killed-{n}@example.org") for n in range(3)]
        for ticket in tickets:
            system.wait_for(
                "the machine to work on it",
                lambda ticket=ticket: (  # type: ignore[misc]
                    (history := system.history(ticket)) and history["turns"][0]["execution_id"]
                ),
                ticket=ticket,
            )
        processes.kill("ledger")
    for ticket in tickets:
        # the lease of a run that lost its ledger may have to end before the next one
        history = system.end(ticket, seconds=4 * LEASE_SECONDS)
        assert len(history["turns"]) == 1, outline(history)
        assert len(helpdesk.replies(ticket)) <= 1
        assert helpdesk.replies(ticket) or helpdesk.notes(ticket), outline(history)
        sent = turn_of(history)["route"] == "auto_sent"
        assert bool(helpdesk.replies(ticket)) is sent, outline(history)
        assert helpdesk.ticket(ticket)["open"] is not sent
    inbox = system.call("ledger", "GET", "/inbox", params={"state": "open"})
    assert inbox["total"] == 0, "nothing waits"
