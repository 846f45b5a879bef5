"""What became of an automatic answer is in the ticket's history and in the measures."""

from tests.e2e.databases import execute
from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import Json, System, decided, turn_of

QUESTION = (
    "Which battery does the Sprig take?",
    "Standing in the supermarket. Which battery does the Sprig take, is a rechargeable one fine?",
)


def test_a_customer_who_writes_back_and_one_who_accepts(system: System, helpdesk: Helpdesk) -> None:
    contested, accepted = helpdesk.ask(*QUESTION), helpdesk.ask(*QUESTION)
    for ticket in (contested, accepted):
        assert turn_of(system.end(ticket))["route"] == "auto_sent"
    helpdesk.write_again(contested, "It does not fit.")
    helpdesk.accept(accepted)

    replied = system.wait_for(
        "the reply's outcomes", lambda: _outcomes(system, contested, 2), ticket=contested
    )
    assert {each["kind"]: each["turn"] for each in replied} == {
        "customer_replied": 1,
        "reopened": 1,
    }
    [solved] = system.wait_for(
        "the closure's outcome", lambda: _outcomes(system, accepted, 1), ticket=accepted
    )
    assert (solved["kind"], solved["turn"], solved["detail"]) == ("solved", 1, {"by": "customer"})

    before = _rungs(system)
    for ticket in (contested, accepted):
        system.end(ticket, turn=2 if ticket is contested else 1)
        _let_pass(system, ticket, "8 days")
    assert {name: count - before[name] for name, count in _rungs(system).items()} == {
        "sent": 2,
        "uncontested": 1,
        "confirmed": 1,
        "durable": 1,
        "reopened": 1,
    }


def test_the_night_learns_what_customers_and_reviewers_found(
    system: System, helpdesk: Helpdesk
) -> None:
    ticket = helpdesk.ask(*QUESTION)
    history = system.end(ticket)
    check, category = decided(history)["check"], turn_of(history)["category"]
    assert check["features"], "what the probability was computed from is recorded"
    helpdesk.accept(ticket)
    system.wait_for("the closure", lambda: _outcomes(system, ticket, 1), ticket=ticket)
    found = _reviewed(system)[ticket.ledger_id]
    assert (found["correct"], found["probability"]) == (True, check["probability"])
    assert found["features"] == check["features"]

    path = f"/policies/{category}/advice"
    known = system.call("rules", "GET", path)["reviewed"]
    system.run_workflow("learn-from-outcomes")
    system.wait_for(
        "the evidence", lambda: system.call("rules", "GET", path)["reviewed"] > known or None
    )


def test_the_morning_draws_a_sample_that_the_console_shows(
    system: System, helpdesk: Helpdesk
) -> None:
    ticket = helpdesk.ask(*QUESTION)
    assert turn_of(system.end(ticket))["route"] == "auto_sent"
    _let_pass(system, ticket, "1 day")
    system.set_table(quality_sample_share=1.0)
    system.run_workflow("sample-for-quality-review")

    def drawn() -> Json | None:
        days = system.call("ledger", "GET", "/qa/samples")["days"]
        return dict(days[0]) if days else None

    yesterday = system.wait_for("the draw", drawn)
    assert (yesterday["share"], yesterday["picked"]) == (1.0, yesterday["automatic"])
    sample = system.call("ledger", "GET", "/qa/sample", params={"day": yesterday["day"]})
    assert ticket.ledger_id in {item["ticket_id"] for item in sample["items"]}


def _reviewed(system: System) -> dict[str, Json]:
    query = {"since": "2026-01-01T00:00:00Z"}
    page = system.call("ledger", "GET", "/outcomes/reviewed", params=query)
    return {each["ticket_id"]: each for each in page["outcomes"]}


def _outcomes(system: System, ticket: CustomerTicket, count: int) -> list[Json] | None:
    history = system.history(ticket)
    found = history["outcomes"] if history else []
    return found if len(found) >= count else None


def _rungs(system: System) -> dict[str, int]:
    ladder = system.call("ledger", "GET", "/metrics/resolution")["ladder"]
    rungs = ("sent", "uncontested", "confirmed", "durable", "reopened")
    return {name: ladder[name]["count"] for name in rungs}


def _let_pass(system: System, ticket: CustomerTicket, time: str) -> None:
    """Let everything about a ticket have happened so much earlier."""
    where = f"where ticket_id = '{ticket.ledger_id}'"
    for table, columns in (
        ("ledger_turns", ("registered_at", "finished_at")),
        ("ledger_outcomes", ("at",)),
    ):
        older = ", ".join(f"{column} = {column} - interval '{time}'" for column in columns)
        execute(system.processes, f"update {table} set {older} {where}")
