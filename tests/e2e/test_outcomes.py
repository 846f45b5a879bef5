"""What became of an automatic answer is in the ticket's history and in the measures."""

from tests.e2e.databases import execute
from tests.e2e.helpdesk import CustomerTicket, Helpdesk
from tests.e2e.system import Json, System, turn_of

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
        _let_a_week_pass(system, ticket)
    assert {name: count - before[name] for name, count in _rungs(system).items()} == {
        "sent": 2,
        "uncontested": 1,
        "confirmed": 1,
        "durable": 1,
        "reopened": 1,
    }


def _outcomes(system: System, ticket: CustomerTicket, count: int) -> list[Json] | None:
    history = system.history(ticket)
    found = history["outcomes"] if history else []
    return found if len(found) >= count else None


def _rungs(system: System) -> dict[str, int]:
    ladder = system.call("ledger", "GET", "/metrics/resolution")["ladder"]
    rungs = ("sent", "uncontested", "confirmed", "durable", "reopened")
    return {name: ladder[name]["count"] for name in rungs}


def _let_a_week_pass(system: System, ticket: CustomerTicket) -> None:
    """The ladder counts no answer that is younger."""
    where = f"where ticket_id = '{ticket.ledger_id}'"
    for table, columns in (
        ("ledger_turns", ("registered_at", "finished_at")),
        ("ledger_outcomes", ("at",)),
    ):
        older = ", ".join(f"{column} = {column} - interval '8 days'" for column in columns)
        execute(system.processes, f"update {table} set {older} {where}")
