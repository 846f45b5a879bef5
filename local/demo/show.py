"""The demo's lines, as text that a terminal or a log file can show."""

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.demo.progress import Row, Rows
from services.contracts import Route

ROUTES = {
    Route.AUTO_SENT: ("answered", "green"),
    Route.REVIEW: ("for review", "yellow"),
    Route.HUMAN: ("to a human", "magenta"),
}
_TITLES = ("#", "ticket", "category", "urgency", "route", "why", "seconds")


class LineTable:
    """A table whose rows are printed one by one, as they come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        width = console.width if console.is_terminal else 140
        fixed = 5 + 10 + 9 + 11 + 8 + 6 * 2
        self._subject = max(18, min(34, (width - fixed) // 2))
        self._why = max(16, width - fixed - self._subject - 1)

    def head(self) -> None:
        """Print the titles."""
        self._print(_TITLES, "bold")

    def row(self, row: Row) -> None:
        """Print one ticket's line."""
        self._print(cells(row), _colour(row))

    def _print(self, values: tuple[str, ...], colour: str) -> None:
        number, subject, category, urgency, route, why, seconds = values
        line = "  ".join(
            [
                f"{number:>5}",
                _fit(subject, self._subject),
                _fit(category, 10),
                _fit(urgency, 9),
                f"[{colour}]{_fit(route, 11)}[/]" if colour != "bold" else _fit(route, 11),
                _fit(why, self._why),
                f"{seconds:>7}",
            ]
        )
        self._console.print(
            line, style="bold" if colour == "bold" else None, soft_wrap=True, highlight=False
        )


def cells(row: Row) -> tuple[str, ...]:
    """Return the line's values."""
    number = f"#{row.filed.number}" if row.filed else "–"
    subject = row.ticket.subject
    if row.decision is None:
        return (number, subject, "", "", "undecided", row.problem or "no decision in time", "–")
    decision = row.decision
    route = ROUTES[decision.route][0]
    seconds = f"{decision.seconds:.1f}"
    return number, subject, decision.category, decision.urgency, route, decision.why, seconds


def summary(rows: Rows, replies: int, notes: int, seconds: float) -> Table:
    """Return what the demo comes to."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    decided = [row for row in rows.rows if row.decision]
    for route, (word, colour) in ROUTES.items():
        table.add_row(f"[{colour}]{word}[/]", str(rows.count(route)))
    if rows.undecided:
        table.add_row("[red]undecided[/]", str(len(rows.undecided)))
    table.add_row("in the helpdesk", f"{replies} public replies, {notes} internal notes")
    must = [row for row in rows.rows if row.ticket.expect == "human" and row.decision]
    wrong = rows.sent_against_expectation
    table.add_row("must reach a human", f"{len(must) - len(wrong)} of {len(must)} did, unanswered")
    for row in wrong:
        number = f"#{row.filed.number} " if row.filed else ""
        table.add_row("", f"[red]answered all the same:[/] {number}{escape(row.ticket.subject)}")
    if decided:
        times = sorted(row.decision.seconds for row in decided if row.decision)
        table.add_row("seconds to a decision", f"{times[len(times) // 2]:.1f} at the median")
    table.add_row("tickets", f"{len(rows.rows)} in {seconds:.0f} s")
    return table


def _colour(row: Row) -> str:
    return ROUTES[row.decision.route][1] if row.decision else "red"


def _fit(text: str, width: int) -> str:
    """Cut or fill `text` to `width` columns of the terminal, wide characters counted twice."""
    one_line = " ".join(text.split())
    if cell_len(one_line) > width:
        return escape(set_cell_size(one_line, width - 1) + "…")
    return escape(set_cell_size(one_line, width))
