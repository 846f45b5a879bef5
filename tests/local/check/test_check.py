"""The checker names each kind of fault that is planted, and nothing where all is well."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import local.check
from local.check.findings import Kind
from tests.local.check.conftest import Both

REPLY = "Two years."


def test_an_answered_ticket_is_well(both: Both) -> None:
    ticket = both.answered()
    assert both.found(ticket) == []


def test_a_ticket_handed_over_with_a_note_is_well(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="human")
    both.write(ticket, "Deskloop hands this ticket to you.", public=False)
    assert both.found(ticket) == []


def test_an_approved_draft_is_well(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="review")
    both.decided(ticket, "A draft.")
    both.write(ticket, "Deskloop drafted a reply.", public=False)
    both.review(ticket, "edit", REPLY, applied=True)
    both.write(ticket, REPLY, public=True, solve=True)
    assert both.found(ticket) == []


def test_agents_may_be_told_more_about_a_draft_that_they_decided_on(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="review")
    both.write(ticket, "Deskloop drafted a reply.", public=False)
    both.review(ticket, "approve", REPLY, applied=True)
    both.write(ticket, REPLY, public=True, solve=True)
    both.write(ticket, "The reply that maya approved was sent.", public=False)
    assert both.found(ticket) == []


def test_a_human_who_was_faster_is_well(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="human")
    both.write(ticket, "Done.", "maya", public=True, solve=True)
    assert both.found(ticket) == []


def test_a_ticket_whose_time_is_not_over_is_well(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, state="leased")
    assert both.found(ticket, lost_after=300) == []
    assert both.found(ticket, lost_after=60) == [(ticket, Kind.LOST)]


def test_lost_never_registered(both: Both) -> None:
    ticket = both.ticket()
    assert both.found(ticket) == [(ticket, Kind.LOST)]


@pytest.mark.parametrize("state", ["waiting", "leased"])
def test_lost_never_ended(both: Both, state: str) -> None:
    ticket = both.ticket()
    both.turn(ticket, state=state)
    assert both.found(ticket) == [(ticket, Kind.LOST)]


def test_lost_decision_never_carried_out(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="review")
    both.write(ticket, "Deskloop drafted a reply.", public=False)
    both.review(ticket, "approve", REPLY, applied=False)
    assert both.found(ticket) == [(ticket, Kind.LOST)]


@pytest.mark.parametrize("route", ["human", "review"])
def test_with_a_human_who_was_not_told(both: Both, route: str) -> None:
    ticket = both.ticket()
    both.turn(ticket, route=route)
    assert both.found(ticket) == [(ticket, Kind.UNMARKED)]


def test_two_ends(both: Both) -> None:
    ticket = both.answered()
    both.write(ticket, "Deskloop hands this ticket to you.", public=False)
    assert both.found(ticket) == [(ticket, Kind.TWO_ENDS)]


def test_handed_over_twice(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="human")
    for _ in range(2):
        both.write(ticket, "Deskloop hands this ticket to you.", public=False)
    assert both.found(ticket) == [(ticket, Kind.TWO_ENDS)]


def test_replied_twice(both: Both) -> None:
    ticket = both.answered()
    both.write(ticket, REPLY, public=True)
    assert both.found(ticket) == [(ticket, Kind.REPLIED_TWICE)]


def test_replied_after_a_human(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="auto_sent")
    both.decided(ticket, REPLY)
    both.write(ticket, "I am on it.", "maya", public=True)
    both.write(ticket, REPLY, public=True)
    assert both.found(ticket) == [(ticket, Kind.AFTER_HUMAN)]


def test_sent_only_in_the_ledger(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="auto_sent")
    both.decided(ticket, REPLY)
    assert both.found(ticket) == [(ticket, Kind.NOT_IN_HELPDESK)]


@pytest.mark.parametrize("route", ["human", "review"])
def test_sent_only_in_the_helpdesk(both: Both, route: str) -> None:
    ticket = both.ticket()
    both.turn(ticket, route=route)
    both.write(ticket, REPLY, public=True)
    assert both.found(ticket) == [(ticket, Kind.NOT_IN_LEDGER)]


def test_sent_and_never_registered(both: Both) -> None:
    ticket = both.ticket()
    both.write(ticket, REPLY, public=True)
    assert both.found(ticket) == [(ticket, Kind.NOT_IN_LEDGER)]


def test_another_reply_than_the_recorded(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="auto_sent")
    both.decided(ticket, "Three years.")
    both.write(ticket, REPLY, public=True, solve=True)
    assert both.found(ticket) == [(ticket, Kind.DIFFERENT_REPLY)]


def test_another_reply_than_the_approved(both: Both) -> None:
    ticket = both.ticket()
    both.turn(ticket, route="review")
    both.write(ticket, "Deskloop drafted a reply.", public=False)
    both.review(ticket, "approve", "Three years.", applied=True)
    both.write(ticket, REPLY, public=True, solve=True)
    assert both.found(ticket) == [(ticket, Kind.DIFFERENT_REPLY)]


def test_a_ticket_that_the_helpdesk_does_not_have(both: Both) -> None:
    ticket = both.answered()
    both.turn(ticket + 5000, route="human")
    assert both.found(ticket) == [(ticket + 5000, Kind.UNKNOWN_TICKET)]


def _command(
    both: Both, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *words: str
) -> tuple[int, str]:
    port = both.helpdesk.rpartition(":")[2]
    values = {
        "DESKLOOP_DATABASE_URL": both.database,
        "LOCAL_HELPDESK_PORT": port,
        "LOCAL_ENV_FILE": str(tmp_path / "none"),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "local.check", "--lost-after", "0", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.usefixtures("local_env")
def test_the_command_says_what_it_found(
    both: Both, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    since = both.answered()
    code, text = _command(both, monkeypatch, tmp_path, "--since", str(since))
    assert code == 0, text
    assert "1 tickets, 1 messages of customers" in text

    both.turn(both.ticket(), route="auto_sent")
    code, text = _command(both, monkeypatch, tmp_path, "--since", str(since))
    assert code == 1, text
    assert "sent_only_in_ledger" in text

    code, text = _command(both, monkeypatch, tmp_path, "--json", "--since", str(since))
    assert code == 1, text
    document = json.loads(text)
    assert document["counts"]["sent_only_in_ledger"] == 1
    assert document["findings"][0]["ticket"] == since + 1


@pytest.mark.usefixtures("local_env")
def test_the_command_fails_where_nothing_answers(
    both: Both, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    both.database = both.database.replace("/test_", "/absent_")
    code, text = _command(both, monkeypatch, tmp_path)
    assert code == 2, text
    assert "Nothing was compared" in text


def test_it_shares_nothing_with_the_services() -> None:
    (folder,) = local.check.__path__
    for file in Path(folder).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.startswith("services")], file
