"""A back-up is restored into the running system; nobody is answered twice because of it."""

from pathlib import Path

from tests.e2e.databases import execute, run
from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import System, rules_of, turn_of
from tests.e2e.test_automatic_answers import QUESTION


def test_a_restored_ledger_answers_nobody_twice(
    system: System, helpdesk: Helpdesk, tmp_path: Path
) -> None:
    before = helpdesk.ask(*QUESTION)
    system.end(before)
    with system.processes.frozen("draft"):
        in_flight = helpdesk.ask(*QUESTION)
        system.taken_up(in_flight)
        file = tmp_path / "backup.zip"
        taken = run(system.processes, "local.backup", "take", "--file", str(file))
        assert taken.returncode == 0, taken.stderr
    # the work goes on: both are answered after the back-up was taken
    system.end(in_flight)
    after = helpdesk.ask(*QUESTION)
    system.end(after)
    tickets = [before, in_flight, after]
    answers = [helpdesk.replies(ticket) for ticket in tickets]
    assert [len(each) for each in answers] == [1, 1, 1]

    done = run(system.processes, "local.backup", "restore", str(file))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 tickets that were in flight" in done.stdout
    # everything comes again: webhooks that are repeated, and what reconciliation finds
    for ticket in tickets:
        system.wait_for("the inbox", lambda ticket=ticket: _taken_in(system, ticket))  # type: ignore[misc]
    system.reconcile()
    for ticket in (in_flight, after):
        history = system.end(ticket)
        assert turn_of(history)["route"] == "human"
        assert rules_of(history) == {"restored"}
    assert turn_of(system.end(before))["route"] == "auto_sent"
    assert [helpdesk.replies(ticket) for ticket in tickets] == answers

    # and the machine works on, as soon as its clock is past the restore
    execute(system.processes, "update ledger_restores set restored_at = now() - interval '5 min'")
    fresh = helpdesk.ask(*QUESTION)
    assert turn_of(system.end(fresh))["route"] == "auto_sent"
    dropped = run(system.processes, "local.backup", "drop-former")
    assert "deleted deskloop_before_" in dropped.stdout


def _taken_in(system: System, ticket: CustomerTicket) -> bool:
    """The services' connections were cut a moment ago; whoever sends the webhook tries again."""
    return system.deliver(ticket) == 200
