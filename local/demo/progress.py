"""What became of each ticket, as the ledger tells it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.demo.customer import Filed
from local.demo.tickets import DemoTicket
from services.contracts import Route

_WHY_LIMIT = 3


@dataclass
class Decision:
    """How a customer's turn ended."""

    route: Route
    category: str
    urgency: str
    why: str
    seconds: float


@dataclass
class Row:
    """One line of the demo."""

    ticket: DemoTicket
    filed: Filed | None = None
    turn: int = 1
    decision: Decision | None = None
    problem: str | None = None

    @property
    def ledger_id(self) -> str:
        """The ticket's id in the ledger."""
        return f"django-helpdesk:{self.filed.number}" if self.filed else ""

    @property
    def waits_for_decision(self) -> bool:
        """Whether it was filed and not decided."""
        return self.filed is not None and self.decision is None and self.problem is None


@dataclass
class Rows:
    """All lines."""

    rows: list[Row] = field(default_factory=list)

    def find(self, key: str) -> Row:
        """Return the line of the ticket called `key`."""
        return next(row for row in self.rows if row.ticket.key == key)

    @property
    def undecided(self) -> list[Row]:
        """The lines without a decision."""
        return [row for row in self.rows if row.decision is None]

    def count(self, route: Route) -> int:
        """How many ended with `route`."""
        return sum(1 for row in self.rows if row.decision and row.decision.route is route)

    @property
    def sent_against_expectation(self) -> list[Row]:
        """Tickets that must reach a human unanswered, and were answered."""
        return [
            row
            for row in self.rows
            if row.ticket.expect == "human"
            and row.decision
            and row.decision.route is Route.AUTO_SENT
        ]


def decision_of(history: dict[str, Any], turn: int) -> Decision | None:
    """Read a turn's end out of the ledger's answer; None while it has none.

    `history` is the answer of `GET /tickets/{id}`.
    """
    for record in history["turns"]:
        if record["turn"] == turn and record["state"] == "finished":
            return Decision(
                route=Route(record["route"]),
                category=record["category"] or "–",
                urgency=record["urgency"] or "–",
                why=_why(record, _decided(history, turn)),
                seconds=_seconds(record),
            )
    return None


def _decided(history: dict[str, Any], turn: int) -> dict[str, Any]:
    events = [e for e in history["events"] if e["turn"] == turn and e["kind"] == "decided"]
    return events[-1] if events else {}


def _seconds(record: dict[str, Any]) -> float:
    end = datetime.fromisoformat(record["finished_at"])
    return (end - datetime.fromisoformat(record["registered_at"])).total_seconds()


def _why(record: dict[str, Any], decided: dict[str, Any]) -> str:
    """Say in a few words what led to the route."""
    effects = ("require_human", "block_send")
    telling = [r for r in record["reasons"] if r["effect"] in effects] or record["reasons"]
    rules = list(dict.fromkeys(reason["rule"] for reason in telling))
    probability, threshold = decided.get("probability"), decided.get("threshold")
    if record["route"] == Route.AUTO_SENT and probability is not None and threshold is not None:
        return f"evidence {probability:.2f} ≥ {threshold:.2f}"
    more = f" +{len(rules) - _WHY_LIMIT}" if len(rules) > _WHY_LIMIT else ""
    return ", ".join(rule.replace("_", " ") for rule in rules[:_WHY_LIMIT]) + more
