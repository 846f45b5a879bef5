"""What a customer wrote stands in the ledger and nowhere else, until it is forgotten there, too."""

from uuid import uuid4

import httpx
import pytest

from tests.e2e.databases import databases, dump_of, run
from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.processes import SERVICES, Processes
from tests.e2e.system import Json, System

N8N_SECONDS = 200
"""n8n deletes within a minute what it does not keep; machines that run the tests may be busy."""


class Told:
    """A ticket full of a word that nobody else uses, worked on and answered by an agent."""

    def __init__(self, system: System) -> None:
        self.word = f"zq{uuid4().hex[:10]}"
        self.ticket = system.helpdesk.ask(
            f"My {self.word} does not grow", f"I have a {self.word} plant. Is {self.word} ill?"
        )
        self.email = system.helpdesk.ticket(self.ticket)["submitter_email"]
        system.end(self.ticket)


def holding(system: System, words: tuple[str, ...]) -> list[str]:
    """The databases in which one of the words stands; the helpdesk is the customer's own."""
    found = []
    for name in databases(system.processes):
        if name != "helpdesk":
            text = dump_of(system.processes, name)
            found += [f"{name}: {word}" for word in words if word.lower() in text]
    return found


def is_quiet(processes: Processes, word: str) -> list[str]:
    """The logs in which the word stands; the supervisor's own is among them."""
    logs = sorted((processes.state / "logs").iterdir())
    assert {"ledger.log", "n8n.log", "supervisord.log"} <= {log.name for log in logs}
    return [log.name for log in logs if word in log.read_text(errors="replace").lower()]


def test_logs_metrics_and_n8n_hold_no_word_of_a_ticket(system: System, helpdesk: Helpdesk) -> None:
    with system.policies(always_human=True):
        told = Told(system)
    # also not where something fails: the correction cannot be stored
    with system.processes.stopped("store_correction"):
        helpdesk.answer_as_agent(told.ticket, f"Your {told.word} is fine.", solve=True)
        event = system.wait_for("the failure", lambda: _failure(system, told.ticket))
    # an engineer finds the ticket by the execution, and the step, though n8n kept nothing
    assert event["execution_id"]
    assert event["detail"]["step"] == "Keep the correction"

    assert is_quiet(system.processes, told.word) == []
    assert is_quiet(system.processes, told.email) == []
    assert not any(told.word in text or told.email in text for text in _metrics(system))
    system.wait_for(
        "n8n to delete what it was given",
        lambda: told.word not in dump_of(system.processes, "n8n"),
        N8N_SECONDS,
    )
    assert told.word in dump_of(system.processes, "deskloop"), "the search finds what is there"
    kept = [path for path in (system.processes.state / "n8n").rglob("*") if path.is_file()]
    assert not [path for path in kept if told.word.encode() in path.read_bytes().lower()]


def _failure(system: System, ticket: CustomerTicket) -> Json | None:
    events = (system.history(ticket) or {"events": []})["events"]
    return next((e for e in events if e["kind"] == "step_failed"), None)


def _metrics(system: System) -> list[str]:
    token = {"Authorization": f"Bearer {system.processes.secret('DESKLOOP_TOKEN')}"}
    pages = []
    for name in (*SERVICES, "n8n"):
        answer = httpx.get(f"{system.processes.url(name)}/metrics", headers=token, trust_env=False)
        assert "# HELP" in answer.raise_for_status().text
        pages.append(answer.text.lower())
    return pages


@pytest.mark.parametrize("service", SERVICES)
def test_errors_repeat_nothing_of_a_ticket(system: System, service: str) -> None:
    word = f"zq{uuid4().hex[:10]}"
    token = {"Authorization": f"Bearer {system.processes.secret('DESKLOOP_TOKEN')}"}
    url = system.processes.url(service)
    schema = httpx.get(f"{url}/openapi.json", headers=token, trust_env=False).json()
    paths = [path for path, methods in schema["paths"].items() if "post" in methods]
    assert paths
    for path in paths:
        target = path.replace("{", "").replace("}", "")
        for body in ({"ticket": word}, {"ticket": {"body": word, "subject": [word]}}, [word]):
            answer = httpx.post(f"{url}{target}", json=body, headers=token, trust_env=False)
            assert answer.status_code < 500
            values = answer.json() if answer.content else {}
            said = str(values.get("detail", "")) + str(
                [each["message"] for each in values.get("errors", [])]
            )
            assert word not in said, f"{path}: {said}"
    assert is_quiet(system.processes, word) == []


def test_a_forgotten_customer_is_in_no_dump(system: System, helpdesk: Helpdesk) -> None:
    with system.policies(always_human=True):
        told, other = Told(system), Told(system)
    for each in (told, other):
        answer = f"Your {each.word} needs light. {each.email} will get our guide to {each.word}."
        helpdesk.answer_as_agent(each.ticket, answer, solve=True)
        system.wait_for("the correction", lambda each=each: _learned(system, each.ticket))  # type: ignore[misc]
    system.wait_for(
        "n8n to delete what it was given",
        lambda: holding(system, (told.word,)) == [f"deskloop: {told.word}"],
        N8N_SECONDS,
    )

    done = run(system.processes, "local.privacy", "forget", told.email.upper())

    assert done.returncode == 0, done.stderr
    assert "tickets emptied in the ledger     1" in done.stdout
    assert "corrections deleted               1" in done.stdout
    assert holding(system, (told.word, told.email)) == []
    assert holding(system, (other.word,)) == [f"deskloop: {other.word}"]
    # the helpdesk is the system of record and is left as it was
    assert told.word in helpdesk.ticket(told.ticket)["title"]
    # what the helpdesk still tells of the ticket is no new ticket
    assert system.deliver(told.ticket) == 200
    system.reconcile()
    assert holding(system, (f"i have a {told.word} plant",)) in (
        [],
        [f"n8n: i have a {told.word} plant"],
    )

    unknown = run(system.processes, "local.privacy", "forget", "nobody@example.org")
    assert unknown.returncode == 2
    assert "No ticket is of this requester" in unknown.stderr


def _learned(system: System, ticket: CustomerTicket) -> bool:
    query = {"ticket_id": ticket.ledger_id}
    found = system.call("store_correction", "GET", "/corrections", params=query)["corrections"]
    return bool(found)
